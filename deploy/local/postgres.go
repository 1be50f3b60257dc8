package local

import (
	"context"
	"errors"
	"fmt"
	"net"
	"net/url"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"syscall"
	"time"

	"github.com/jackc/pgx/v5"
)

// marker is written into a data directory once initdb has ended well: a folder
// without it was left half made.
const marker = "liandong.initialised"

// socketPrefix begins the folder of every private socket: short on purpose, a
// socket's path has at most 107 bytes.
const socketPrefix = "/tmp/liandong-"

// cluster is the private PostgreSQL of one home.
type cluster struct {
	bin            string // folder of initdb and postgres
	data           string
	socket         string // folder of the private socket
	socketNote     string // file that names it, for the run after a killed one
	port           int
	log            string
	as             account
	fast           bool
	say            func(string, ...any)
	server         *child
	kratosPassword string
}

func openCluster(home string, o Options, say func(string, ...any)) (*cluster, error) {
	as, err := serverAccount()
	if err != nil {
		return nil, err
	}
	bin, err := postgresBin(toolDir(o, home))
	if err != nil {
		return nil, err
	}
	data, err := as.dataDir(home)
	if err != nil {
		return nil, err
	}
	if data, err = filepath.EvalSymlinks(data); err != nil {
		return nil, err
	}
	log := filepath.Join(home, "log", "postgres.log")
	return &cluster{bin: bin, data: data, socketNote: filepath.Join(home, "socket"), log: log, as: as, fast: o.Fast, say: say}, nil
}

// start leaves a server of this data directory answering, making or mending
// the directory first.
func (c *cluster) start(ctx context.Context) error {
	if err := c.evict(); err != nil {
		return err
	}
	if err := c.ensureData(ctx); err != nil {
		return err
	}
	if err := c.writeAccess(); err != nil {
		return err
	}
	if err := c.makeSocketDir(); err != nil {
		return err
	}
	c.say("启动数据库 PostgreSQL……")
	var err error
	for range 3 { // another process may take the free port before the server does
		if err = c.launch(ctx); err == nil || !errors.Is(err, syscall.EADDRINUSE) {
			return err
		}
	}
	return err
}

func (c *cluster) makeSocketDir() error {
	dir, err := os.MkdirTemp(filepath.Dir(socketPrefix), filepath.Base(socketPrefix))
	if err != nil {
		return err
	}
	c.socket = dir
	return errors.Join(c.as.own(dir), os.WriteFile(c.socketNote, []byte(dir), 0o600))
}

// ensureData runs initdb where there is no cluster; one left half made is put aside.
func (c *cluster) ensureData(ctx context.Context) error {
	if exists(filepath.Join(c.data, marker)) && exists(filepath.Join(c.data, "PG_VERSION")) {
		return c.checkVersion(ctx)
	}
	entries, err := os.ReadDir(c.data)
	if err != nil {
		return err
	}
	if len(entries) > 0 {
		c.say("上次数据库没有建完,已把它移到旁边,重新创建。")
		if err := errors.Join(aside(c.data), c.as.own(c.data)); err != nil {
			return err
		}
	}
	c.say("创建数据库目录 %s……", c.data)
	args := []string{"-D", c.data, "-U", superuser, "-A", "reject", "--encoding=UTF8", "--locale=C.UTF-8"}
	if c.fast {
		args = append(args, "--no-sync")
	}
	initdb := c.command(ctx, "initdb", args...)
	initdb.Cancel = func() error { return initdb.Process.Signal(syscall.SIGINT) } // it cleans up after itself
	if out, err := initdb.CombinedOutput(); err != nil {
		return fmt.Errorf("创建数据库失败:%w\n%s", err, strings.TrimSpace(string(out)))
	}
	return os.WriteFile(filepath.Join(c.data, marker), []byte(c.bin+"\n"), 0o644)
}

// checkVersion refuses a data directory that another major version made.
func (c *cluster) checkVersion(ctx context.Context) error {
	b, err := os.ReadFile(filepath.Join(c.data, "PG_VERSION"))
	if err != nil {
		return err
	}
	out, err := c.command(ctx, "postgres", "--version").Output()
	if err != nil {
		return fmt.Errorf("postgres --version: %w", err)
	}
	made, runs := strings.TrimSpace(string(b)), majorVersion(string(out))
	if made != runs {
		return &Problem{
			What: fmt.Sprintf("数据是 PostgreSQL %s 建的,而本机程序是 %s 版。", made, runs),
			Do:   fmt.Sprintf("请安装 PostgreSQL %s,或先备份再运行 make clean。", made),
		}
	}
	return nil
}

// writeAccess says who may connect: the superuser only by the private socket
// and as a known account of this machine, everybody else by password.
func (c *cluster) writeAccess() error {
	hba := "local all " + superuser + " peer map=liandong\n" +
		"local all all scram-sha-256\n" +
		"host all " + superuser + " 127.0.0.1/32 reject\n" +
		"host all all 127.0.0.1/32 scram-sha-256\n"
	var ident strings.Builder
	for _, who := range []string{"root", c.as.name} {
		fmt.Fprintf(&ident, "liandong %s %s\n", strconv.Quote(who), superuser)
	}
	for name, text := range map[string]string{"pg_hba.conf": hba, "pg_ident.conf": ident.String()} {
		path := filepath.Join(c.data, name)
		if err := errors.Join(os.WriteFile(path, []byte(text), 0o600), os.Chown(path, c.as.uid, c.as.gid)); err != nil {
			return err
		}
	}
	return nil
}

// launch starts the server once and waits until it answers.
func (c *cluster) launch(ctx context.Context) error {
	var err error
	if c.port, err = FreePort(); err != nil {
		return err
	}
	cmd := c.command(context.WithoutCancel(ctx), "postgres", c.settings()...)
	if c.server, err = spawn(cmd, c.log, syscall.SIGINT); err != nil {
		return err
	}
	return c.ready(ctx)
}

func (c *cluster) settings() []string {
	set := []string{
		"listen_addresses=127.0.0.1", "port=" + strconv.Itoa(c.port),
		"unix_socket_directories=" + c.socket, "unix_socket_permissions=0700",
		"max_connections=200", "shared_buffers=128MB", "timezone=Asia/Shanghai", "log_timezone=Asia/Shanghai",
		"password_encryption=scram-sha-256", "jit=off", "lc_messages=C",
	}
	if c.fast {
		set = append(set, "fsync=off", "synchronous_commit=off", "full_page_writes=off", "autovacuum=off", "max_wal_size=4GB")
	}
	args := []string{"-D", c.data}
	for _, s := range set {
		args = append(args, "-c", s)
	}
	return args
}

// ready waits until the server takes a connection, or says what its log says.
func (c *cluster) ready(ctx context.Context) error {
	ctx, cancel := context.WithTimeout(ctx, 2*time.Minute) // recovery after a power cut takes its time
	defer cancel()
	for {
		conn, err := pgx.Connect(ctx, c.socketDSN(superuser, "", "postgres"))
		if err == nil {
			return conn.Close(ctx)
		}
		select {
		case <-c.server.gone:
			return c.died()
		case <-ctx.Done():
			return fmt.Errorf("数据库迟迟没有就绪:%w\n%s", errors.Join(ctx.Err(), err), tail(c.log, 5))
		case <-time.After(30 * time.Millisecond):
		}
	}
}

func (c *cluster) died() error {
	last := tail(c.log, 8)
	if strings.Contains(last, "Address already in use") {
		return syscall.EADDRINUSE
	}
	return fmt.Errorf("数据库没有启动起来,日志 %s 的末尾:\n%s", c.log, last)
}

// stop ends the server: in order, or at once when the data is thrown away anyway.
func (c *cluster) stop() {
	if c.server != nil {
		first := syscall.SIGINT
		if c.fast {
			first = syscall.SIGQUIT
		}
		c.server.stop(first, 30*time.Second, syscall.SIGQUIT)
	}
	if c.socket != "" {
		_ = os.RemoveAll(c.socket)
		_ = os.Remove(c.socketNote)
	}
}

// command runs one of PostgreSQL's programs as its account, with nothing of
// our environment and from a folder that every account can enter.
func (c *cluster) command(ctx context.Context, name string, args ...string) *exec.Cmd {
	cmd := exec.CommandContext(ctx, filepath.Join(c.bin, name), args...)
	cmd.Dir = "/"
	cmd.Env = []string{"PATH=" + os.Getenv("PATH"), "HOME=/tmp", "LC_ALL=C.UTF-8"}
	cmd.SysProcAttr = &syscall.SysProcAttr{Credential: c.as.cred}
	return cmd
}

func (c *cluster) socketDSN(role, password, db string) string {
	q := url.Values{"host": {c.socket}, "port": {strconv.Itoa(c.port)}, "sslmode": {"disable"}}
	return (&url.URL{Scheme: "postgres", User: userinfo(role, password), Path: "/" + db, RawQuery: q.Encode()}).String()
}

func (c *cluster) tcpDSN(role, password, db string) string {
	host := net.JoinHostPort("127.0.0.1", strconv.Itoa(c.port))
	return (&url.URL{Scheme: "postgres", User: userinfo(role, password), Host: host, Path: "/" + db, RawQuery: "sslmode=disable"}).String()
}

func userinfo(role, password string) *url.Userinfo {
	if password == "" {
		return url.User(role)
	}
	return url.UserPassword(role, password)
}

func exists(path string) bool {
	_, err := os.Stat(path)
	return err == nil
}

// FreePort is a loopback port nobody listened on a moment ago.
func FreePort() (int, error) {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return 0, err
	}
	defer l.Close()
	return l.Addr().(*net.TCPAddr).Port, nil
}
