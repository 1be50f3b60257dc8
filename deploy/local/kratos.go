package local

import (
	"context"
	"embed"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"syscall"
	"text/template"
	"time"
)

//go:embed kratos
var kratosFiles embed.FS

// kratos is the identity server of one home.
type kratos struct {
	bin        string
	dir        string
	log        string
	dsn        string
	sms        string
	fast       bool
	keys       *keyring
	public     string
	admin      string
	publicKeys string
	smsKey     string
	server     *child
}

// kratosConfig fills kratos.yml.tmpl.
type kratosConfig struct {
	DSN, PublicURL, AdminURL, Dir string
	PublicPort, AdminPort         string
	CookieSecret, CipherSecret    string
	SMSURL, SMSKey                string
	CheapHash                     bool
}

func newKratos(home string, o Options, keys *keyring, dsn string) (*kratos, error) {
	dir := filepath.Join(home, "kratos")
	if err := errors.Join(os.MkdirAll(dir, 0o700), os.Chmod(dir, 0o700)); err != nil {
		return nil, err
	}
	sms := o.SMSURL
	if sms == "" {
		sms = strings.TrimSuffix(o.PublicURL, "/") + SMSPath
	}
	return &kratos{
		bin: filepath.Join(toolDir(o, home), "kratos"), dir: dir, dsn: dsn, sms: sms, fast: o.Fast, keys: keys,
		log:        filepath.Join(home, "log", "kratos.log"),
		publicKeys: filepath.Join(dir, "jwks.public.json"),
	}, nil
}

// start leaves Kratos answering, its tables up to date.
func (k *kratos) start(ctx context.Context, say func(string, ...any)) error {
	if err := ensureKratos(ctx, k.bin, say); err != nil {
		return err
	}
	if err := endStrays(k.configFile()); err != nil {
		return err
	}
	if err := k.writeFiles(); err != nil {
		return err
	}
	say("启动身份认证 Kratos……")
	migrate := k.command(ctx, "migrate", "sql", "-e", "-y")
	if out, err := migrate.CombinedOutput(); err != nil {
		return fmt.Errorf("身份认证数据库升级失败:%w\n%s", err, lastLines(string(out), 8))
	}
	var err error
	for range 3 { // another process may take a free port first
		if err = k.launch(ctx); !errors.Is(err, syscall.EADDRINUSE) {
			return err
		}
	}
	return err
}

func (k *kratos) launch(ctx context.Context) error {
	if err := k.writeConfig(); err != nil {
		return err
	}
	var err error
	k.server, err = spawn(k.command(context.WithoutCancel(ctx), "serve", "--watch-courier"), k.log, syscall.SIGKILL)
	if err != nil {
		return err
	}
	return k.ready(ctx)
}

// writeFiles puts schemas, mappers and the token key where the configuration names them.
func (k *kratos) writeFiles() error {
	entries, err := kratosFiles.ReadDir("kratos")
	if err != nil {
		return err
	}
	for _, e := range entries {
		b, err := kratosFiles.ReadFile("kratos/" + e.Name())
		if err != nil {
			return err
		}
		if err := writeFile(filepath.Join(k.dir, e.Name()), b, 0o600); err != nil {
			return err
		}
	}
	if err := ensureTokenKey(filepath.Join(k.dir, "jwks.json"), k.publicKeys); err != nil {
		return err
	}
	return k.writeConfig()
}

// writeConfig renders the configuration with fresh ports.
func (k *kratos) writeConfig() error {
	c, err := k.config()
	if err != nil {
		return err
	}
	t, err := template.New("kratos.yml.tmpl").Funcs(template.FuncMap{"q": quote}).ParseFS(kratosFiles, "kratos/kratos.yml.tmpl")
	if err != nil {
		return err
	}
	var text strings.Builder
	if err := t.Execute(&text, c); err != nil {
		return err
	}
	k.public, k.admin, k.smsKey = c.PublicURL, c.AdminURL, c.SMSKey
	return writeFile(k.configFile(), []byte(text.String()), 0o600)
}

func (k *kratos) config() (kratosConfig, error) {
	c := kratosConfig{DSN: k.dsn + "&max_conns=20&max_idle_conns=20", Dir: k.dir, SMSURL: k.sms, CheapHash: k.fast}
	public, err := FreePort()
	if err != nil {
		return c, err
	}
	admin, err := FreePort()
	if err != nil {
		return c, err
	}
	c.PublicPort, c.AdminPort = fmt.Sprint(public), fmt.Sprint(admin)
	c.PublicURL, c.AdminURL = "http://127.0.0.1:"+c.PublicPort, "http://127.0.0.1:"+c.AdminPort
	if c.CookieSecret, err = k.keys.text("kratos-cookie"); err != nil {
		return c, err
	}
	if c.CipherSecret, err = k.keys.text("kratos-cipher"); err != nil {
		return c, err
	}
	c.CipherSecret = c.CipherSecret[:32] // Kratos wants exactly 32 bytes
	c.SMSKey, err = k.keys.text("kratos-sms")
	return c, err
}

// ready waits until Kratos answers, or says what its log says.
func (k *kratos) ready(ctx context.Context) error {
	ctx, cancel := context.WithTimeout(ctx, time.Minute)
	defer cancel()
	for {
		if answers(ctx, k.public+"/health/ready") && answers(ctx, k.admin+"/admin/health/ready") {
			return nil
		}
		select {
		case <-k.server.gone:
			if last := tail(k.log, 8); !strings.Contains(last, "address already in use") {
				return fmt.Errorf("身份认证没有启动起来,日志 %s 的末尾:\n%s", k.log, last)
			}
			return syscall.EADDRINUSE
		case <-ctx.Done():
			return fmt.Errorf("身份认证迟迟没有就绪:%w\n%s", ctx.Err(), tail(k.log, 8))
		case <-time.After(50 * time.Millisecond):
		}
	}
}

func (k *kratos) stop() {
	if k.server != nil {
		grace := 5 * time.Second
		if k.fast {
			grace = 100 * time.Millisecond
		}
		k.server.stop(syscall.SIGTERM, grace, syscall.SIGKILL)
	}
}

func (k *kratos) configFile() string { return filepath.Join(k.dir, "kratos.yml") }

func (k *kratos) command(ctx context.Context, args ...string) *exec.Cmd {
	cmd := exec.CommandContext(ctx, k.bin, append(args, "-c", k.configFile())...)
	cmd.Dir = k.dir
	cmd.Env = []string{"PATH=" + os.Getenv("PATH"), "HOME=" + k.dir, "SQA_OPT_OUT=true", "NO_PROXY=127.0.0.1,localhost"}
	return cmd
}

func answers(ctx context.Context, url string) bool {
	req, err := http.NewRequestWithContext(ctx, http.MethodGet, url, nil)
	if err != nil {
		return false
	}
	resp, err := plainClient.Do(req)
	if err != nil {
		return false
	}
	defer resp.Body.Close()
	return resp.StatusCode == http.StatusOK
}

// plainClient never goes through a proxy: everything it asks is on loopback.
var plainClient = &http.Client{Timeout: 5 * time.Second, Transport: &http.Transport{Proxy: func(*http.Request) (*url.URL, error) { return nil, nil }}}

// quote writes a value as a YAML string, which JSON strings are.
func quote(s string) (string, error) {
	b, err := json.Marshal(s)
	return string(b), err
}
