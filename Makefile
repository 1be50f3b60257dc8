# Liandong: `make` lists the targets.
BIN := .local/bin
LINT_VERSION := v2.15.0
PKG ?= ./...

# The components of templ grow three times as large, and take four times as long to compile, when
# they are put into each other's code; the pages do not get faster by it. Without the paths of the
# work tree the compiled packages serve every checkout.
WEB := -trimpath -gcflags=liandong/modules/.../web=-l -gcflags=liandong/portal-sites/...=-l
export GOFLAGS := $(strip $(shell go env GOFLAGS) $(WEB))

.DEFAULT_GOAL := help
.PHONY: help setup run test build check generate bench full find-quality clean lint fmt doctor

help: ## 显示本说明
	@awk -F ':.*## ' '/^[a-z-]+:.*## /{printf "  make %-12s %s\n", $$1, $$2}' $(MAKEFILE_LIST)

setup: ## 安装本机缺少的软件(PostgreSQL、Chromium、中文字体),可重复运行
	@sh scripts/setup.sh

build: ## 编译到 .local/bin/liandong
	@mkdir -p $(BIN)
	@go build -o $(BIN)/liandong ./cmd/liandong

run: setup build ## 一条命令启动全部服务和网站(Ctrl-C 停止)
	@exec $(BIN)/liandong up

test: setup build ## 启动测试服务并运行全部测试;PKG=./tenancy/... 只测一部分
	@exec $(BIN)/liandong services -- go test -p 2 -timeout 15m $(PKG)

check: fmt test lint ## 提交之前:格式、测试、静态检查

fmt: ## 格式化 Go 代码
	@gofmt -l -w $$(git ls-files -co --exclude-standard '*.go')

generate: ## 重新生成 templ 等生成的代码
	@go generate ./...
	@go tool templ generate -path .

lint: $(BIN)/golangci-lint-$(LINT_VERSION) ## 静态检查
	@$< run

$(BIN)/golangci-lint-$(LINT_VERSION):
	@echo '▸ 第一次运行:编译 golangci-lint $(LINT_VERSION),约需几分钟……' >&2
	@mkdir -p $(BIN)
	@GOBIN=$(CURDIR)/$(BIN)/tmp GOFLAGS= go install github.com/golangci/golangci-lint/v2/cmd/golangci-lint@$(LINT_VERSION)
	@mv $(BIN)/tmp/golangci-lint $@ && rmdir $(BIN)/tmp

bench: setup build ## 在全国规模的数据上测量性能(第一次要装载几分钟),写入 bench/latest.json
	@exec $(BIN)/liandong bench run

full: setup build ## 以完整规模运行耗时的测试:反复断电 500 件、边填边发布 10,000 份、随机办理
	@LIANDONG_TEST_FULL=1 $(BIN)/liandong services -- go test -count=1 -v -timeout 60m -run 'TestNothingIsLost|TestPublishWhileFilling|TestRandomActs' ./cmd/internal/wire ./modules/cases/web

find-quality: setup build ## 事项检索质量:日常问法前三条命中率(按测试清单)
	@exec $(BIN)/liandong services -- go test -count=1 -v -run TestSearchQuality ./modules/catalog

doctor: build ## 检查本机环境
	@$(BIN)/liandong doctor

clean: ## 删除编译结果和测试目录(不删除 .local/data 里的数据)
	@rm -rf $(BIN)/liandong .local/test
	@go clean -testcache
