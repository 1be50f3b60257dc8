package main

import (
	"fmt"
	"net"
	"os"

	"liandong/cmd/internal/demo"
)

// greet says where everything is and who may come in.
func greet(addr string) {
	url := "http://" + reachable(addr)
	_, port, _ := net.SplitHostPort(addr)
	say("联动已启动:" + url + "  (按 Ctrl-C 停止)")
	for _, l := range []string{
		"群众端  " + url + "/sites/152502000000  或  http://152502000000.localhost:" + port + "/",
		"工作台  " + url + "/desk", "村级端  " + url + "/village", "接口    " + url + "/api/openapi.json",
	} {
		fmt.Fprintln(os.Stderr, "    "+l)
	}
	logins, err := demo.Logins()
	if err != nil {
		return
	}
	say("演示账号(密码都是 " + demo.Password + "):")
	for _, l := range logins {
		fmt.Fprintf(os.Stderr, "    %-14s %s · %s\n", l.Login, l.Tenant, l.Role)
	}
}
