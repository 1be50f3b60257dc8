package wire

import (
	"crypto/hkdf"
	"crypto/sha256"
	"encoding/base64"
	"errors"
	"fmt"
	"log/slog"
	"os"
	"path/filepath"
	"strconv"
	"time"

	"liandong/deploy/local"
	"liandong/modules/notices/web/sms"
	"liandong/tenancy/identity"
)

// Config is all that an App needs from outside.
type Config struct {
	AppDSN       string // as liandong_app
	MaxConns     int
	KratosPublic string
	KratosAdmin  string
	TokenKeys    []byte // public JWKS
	SMSKey       string // what Kratos sends in X-Key
	SMSGateway   string // 云MAS norsubmit URL; empty: the simulator
	SMSAccount   sms.Account
	Redis        string // host:port
	Files        string // gocloud bucket URL
	Secret       func(name string) ([]byte, error)
	Secure       bool   // served over TLS
	Proxies      string // networks of proxies whose X-Forwarded-For is believed, by commas
	PublicURL    string // how a browser reaches the server
	Font         string // of papers: see paper.Load; empty: where Debian has them
	Now          identity.Clock
	Log          *slog.Logger
}

// maxConns is enough for one machine; LIANDONG_DATABASE_CONNECTIONS says otherwise.
const maxConns = 32

// FromStack is the configuration on top of a local stack.
func FromStack(s *local.Stack, publicURL string, log *slog.Logger) (Config, error) {
	keys, err := os.ReadFile(s.TokenKeys)
	if err != nil {
		return Config{}, err
	}
	dir := filepath.Join(s.Home(), "files")
	if err := os.MkdirAll(dir, 0o700); err != nil {
		return Config{}, err
	}
	return Config{
		AppDSN: s.AppDSN, MaxConns: maxConns, KratosPublic: s.KratosPublic, KratosAdmin: s.KratosAdmin, TokenKeys: keys,
		SMSKey: s.SMSKey, Redis: s.RedisAddr, Files: "file://" + dir + "?no_tmp_dir=true&metadata=skip", Secret: s.Secret,
		PublicURL: publicURL, Font: os.Getenv("LIANDONG_FONT"), Now: time.Now, Log: log,
	}, nil
}

// FromEnv is the configuration of a server that others run: see `liandong serve --help`.
func FromEnv(env func(string) string, log *slog.Logger) (Config, error) {
	c := Config{
		AppDSN: env("LIANDONG_DATABASE"), MaxConns: maxConns, KratosPublic: env("LIANDONG_KRATOS_PUBLIC"), KratosAdmin: env("LIANDONG_KRATOS_ADMIN"),
		SMSKey: env("LIANDONG_SMS_KEY"), Redis: env("LIANDONG_REDIS"), Files: env("LIANDONG_FILES"), PublicURL: env("LIANDONG_PUBLIC_URL"),
		Secure: env("LIANDONG_SECURE") == "1", Proxies: env("LIANDONG_PROXIES"), Font: env("LIANDONG_FONT"), Now: time.Now, Log: log,
	}
	c.SMSGateway = env("LIANDONG_SMS_GATEWAY")
	c.SMSAccount = sms.Account{
		EcName: env("LIANDONG_SMS_CUSTOMER"), ApID: env("LIANDONG_SMS_USER"), SecretKey: env("LIANDONG_SMS_SECRET"),
		Sign: env("LIANDONG_SMS_SIGN"), AddSerial: env("LIANDONG_SMS_SERIAL"),
	}
	var err error
	for name, v := range map[string]string{
		"LIANDONG_DATABASE": c.AppDSN, "LIANDONG_REDIS": c.Redis, "LIANDONG_FILES": c.Files,
		"LIANDONG_KRATOS_PUBLIC": c.KratosPublic, "LIANDONG_KRATOS_ADMIN": c.KratosAdmin, "LIANDONG_SMS_KEY": c.SMSKey,
	} {
		if v == "" {
			err = errors.Join(err, fmt.Errorf("缺少环境变量 %s", name))
		}
	}
	if n := env("LIANDONG_DATABASE_CONNECTIONS"); n != "" {
		var e error
		if c.MaxConns, e = strconv.Atoi(n); e != nil || c.MaxConns < 1 {
			err = errors.Join(err, fmt.Errorf("LIANDONG_DATABASE_CONNECTIONS 应为正整数,现为 %q", n))
		}
	}
	var e error
	if c.TokenKeys, e = os.ReadFile(env("LIANDONG_TOKEN_KEYS")); e != nil {
		err = errors.Join(err, fmt.Errorf("读取 LIANDONG_TOKEN_KEYS(会话令牌公钥文件):%w", e))
	}
	if c.Secret, e = derived(env("LIANDONG_SECRET")); e != nil {
		err = errors.Join(err, e)
	}
	return c, err
}

// derived makes every named secret out of one master key, 32 bytes in base64 (RFC 5869).
func derived(master string) (func(string) ([]byte, error), error) {
	key, err := base64.StdEncoding.DecodeString(master)
	if err != nil || len(key) != 32 {
		return nil, errors.New("LIANDONG_SECRET 应为 32 字节密钥的 base64 编码,可用 `openssl rand -base64 32` 生成")
	}
	return func(name string) ([]byte, error) { return hkdf.Key(sha256.New, key, nil, "liandong/"+name, 32) }, nil
}
