//go:build deps

// Package deps keeps modules required while the code that uses them is written.
package deps

import (
	_ "github.com/6tail/lunar-go/HolidayUtil"
	_ "github.com/a-h/templ"
	_ "github.com/alicebob/miniredis/v2"
	_ "github.com/andybalholm/cascadia"
	_ "github.com/chromedp/chromedp"
	_ "github.com/danielgtaylor/huma/v2"
	_ "github.com/danielgtaylor/huma/v2/adapters/humachi"
	_ "github.com/go-chi/chi/v5"
	_ "github.com/golang-jwt/jwt/v5"
	_ "github.com/google/cel-go/cel"
	_ "github.com/google/uuid"
	_ "github.com/hibiken/asynq"
	_ "github.com/jackc/pgx/v5"
	_ "github.com/jackc/pgx/v5/stdlib"
	_ "github.com/open-policy-agent/opa/v1/rego"
	_ "github.com/open-policy-agent/opa/v1/tester"
	_ "github.com/ory/kratos-client-go"
	_ "github.com/pquerna/otp/totp"
	_ "github.com/redis/go-redis/v9"
	_ "github.com/spf13/cobra"
	_ "github.com/uptrace/bun"
	_ "github.com/uptrace/bun/dialect/pgdialect"
	_ "github.com/xuri/excelize/v2"
	_ "github.com/yeqown/go-qrcode/v2"
	_ "github.com/yeqown/go-qrcode/writer/standard"
	_ "gocloud.dev/blob/fileblob"
	_ "gocloud.dev/blob/memblob"
	_ "golang.org/x/net/html"
	_ "pgregory.net/rapid"
)
