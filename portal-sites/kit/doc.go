// Package kit is what every site shares: shell, error pages, form fields,
// tables, charts, htmx manners, the text catalogue and the middleware. It knows
// no module and no business rule; components take plain values and fetch nothing.
//
// # A site
//
// A site builds one Shell and mounts module pages with it. Its Layout turns the
// request (who, which tenant) into the plain values of a view:
//
//	shell := kit.Shell{
//		Log: log, Density: kit.Dense, Home: "/desk",
//		Flash: kit.Flasher{Secret: secret, Secure: tls},
//		Layout: func(r *http.Request, p kit.Page) templ.Component {
//			return kit.DeskLayout(deskView(r), p) // or CitizenLayout, VillageLayout, PlainLayout, PrintLayout
//		},
//	}
//	r.Use(kit.RequestID, kit.Log(log, now), kit.Recover(log), kit.SecurityHeaders(tls),
//		kit.MaxBody(64<<20), kit.CSRF(kit.CSRFOptions{Secret: secret, Secure: tls}))
//	r.Handle(kit.AssetsPath+"*", kit.Assets())
//	r.Post(kit.ElderPath, kit.ToggleElder)
//	r.NotFound(shell.NotFound)
//
// Give slog kit.LogHandler(h), and every line logged with a request's context
// carries its request_id.
//
// # A handler
//
// Handlers return errors; Shell.Handle turns a fault into its page: Invalid 422,
// NotFound 404, Forbidden 403, Conflict and Precondition 409, Unavailable 503,
// anything else 500. The page shows the fault's catalogue text, its Detail as
// 为什么被拒绝, what to do next and the request id.
//
//	func Mount(r chi.Router, svc *items.Service, shell kit.Shell) {
//		h := handlers{svc, shell}
//		r.Get("/", shell.Handle(h.list))
//		r.Get("/new", shell.Handle(h.edit))
//		r.Post("/", shell.Handle(h.create))
//		r.Post("/{id}/delete", shell.Handle(h.delete))
//	}
//
// # A list page
//
//	func (h handlers) list(w http.ResponseWriter, r *http.Request) error {
//		q := kit.ParseList(r, []string{"name", "updated"},
//			kit.ListQuery{Size: 20, Sort: "updated", Desc: true, Filters: map[string]string{"status": ""}})
//		rows, total, err := h.svc.List(r.Context(), items.Query{
//			Text: q.Q, Status: q.Filter("status"), Sort: q.Sort, Desc: q.Desc, Limit: q.Size, Offset: q.Offset()})
//		if err != nil {
//			return err
//		}
//		return h.shell.Page(w, r, http.StatusOK, kit.Page{
//			Title: "事项管理", Active: "items", Crumbs: []kit.Crumb{{"工作台", "/desk"}}, Content: listPage(q, rows, total)})
//	}
//
//	templ listPage(q kit.ListQuery, rows []items.Item, total int) {
//		@kit.FilterBar(q, []kit.F{
//			{Name: "q", Label: "关键字", Placeholder: "名称 / 编码"},
//			{Name: "status", Label: "状态", Type: kit.Select, Placeholder: "全部", Options: statusOptions()},
//		})
//		@kit.CardFlush("事项", listButtons()) {
//			@kit.Table(kit.TableProps{Caption: "事项", List: q, Empty: len(rows) == 0, Cols: []kit.Col{
//				{Key: "name", Label: "事项名称", Sort: true}, {Label: "状态"}, {Key: "updated", Label: "更新时间", Sort: true}, {Label: "操作"}}}) {
//				for _, it := range rows {
//					<tr>
//						@kit.Td("事项名称") { <a href={ templ.SafeURL("/desk/items/" + it.ID) }>{ it.Name }</a> }
//						@kit.Td("状态") { @kit.Badge(kit.Success, "在用") }
//						@kit.Td("更新时间") { { it.UpdatedAt.Format("2006-01-02") } }
//						@kit.TdActions() { <a href={ templ.SafeURL("/desk/items/" + it.ID + "/edit") }>编辑</a> }
//					</tr>
//				}
//			}
//			@kit.Pager(q, total)
//		}
//	}
//
// # A form page
//
// A refused form comes back with 422, the typed values and the errors beside the
// fields; a good one answers 303 with a flash message. Hidden field idem makes a
// second submit harmless when the service keeps the key.
//
//	func (h handlers) create(w http.ResponseWriter, r *http.Request) error {
//		v, err := kit.ParseForm(r)
//		if err != nil {
//			return err
//		}
//		in := items.Input{Name: v.Get("name"), Days: v.Int("days"), Idem: v.Posted()}
//		v.Require("name")
//		if err = v.Err(); err == nil { // decoding went well: let the service judge
//			_, err = h.svc.Create(r.Context(), in)
//		}
//		if v.Blame(err) {
//			return h.shell.Page(w, r, http.StatusUnprocessableEntity, kit.Page{Title: "新增事项", Content: formPage(v)})
//		}
//		if err != nil {
//			return err
//		}
//		return h.shell.Done(w, r, "/desk/items", "created") // a catalogue key
//	}
//
//	templ formPage(v kit.FormValues) {
//		@kit.Card("新增事项") {
//			@kit.Form(kit.FormProps{Action: "/desk/items", Idem: v.Idem()}) {
//				@kit.Fields(v, []kit.F{
//					{Name: "name", Label: "事项名称", Required: true, MaxLength: 100},
//					{Name: "kind", Label: "事项类型", Type: kit.Select, Options: kinds()},
//					{Name: "days", Label: "承诺时限", Type: kit.Number, Unit: "个工作日", Help: "不得超过法定时限"},
//					{Name: "fee", Label: "收费", Type: kit.Money},
//				})
//				@kit.Actions() {
//					@kit.Submit("保存")
//					@kit.Button(kit.B{Label: "取消", Href: "/desk/items"})
//				}
//			}
//		}
//	}
//
// For groups under headings put @kit.ErrorSummary(v, all) first and then, per
// group, @kit.FieldGroup("申请人信息") { @kit.Field(v, f) … }.
//
// # A dangerous button
//
// ConfirmButton opens a dialog whose form may hold fields of its own (children);
// without scripts the deed is asked for on a page:
//
//	c := kit.Confirm{Action: "/desk/items/7/delete", Label: "删除", Title: "删除这个事项？", Body: "删除后不能恢复。", Variant: "danger"}
//	@kit.ConfirmButton(c)
//	if ok, err := shell.Confirmed(w, r, c); !ok { return err } // in the handler
//
// A control that policy denies is left out; one whose precondition is unmet is
// shown with its reason: kit.B{Label: "办结", Disabled: "还有 1 个环节未完成"}.
//
// # Words
//
// Chinese lives in .templ files and in text/zh/<module>.json, one file per
// module; faults and fields carry keys (snake_case). Prefix a module's own keys
// with its name (cases.already_closed) and add field.<name> where a fault may
// blame a field outside its form.
//
// # Rules of the house
//
// No inline script, no style attribute, no on… attribute: the policy in
// SecurityHeaders refuses them. Lay out with classes: row/col-*, d-flex, gap-*,
// mb-*, text-secondary of Tabler and what kit.css adds (ld-*). Icons: names in
// icons.txt; add one there and run make generate. Charts: BarChart,
// LineChart, RowChart; LiveChart where figures lead to a list.
// Flow diagrams: an SVG of class flow with flow-node, is-done, is-current,
// is-todo and flow-edge.
package kit
