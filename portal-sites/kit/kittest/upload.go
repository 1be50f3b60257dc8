package kittest

import (
	"bytes"
	"io"
	"mime/multipart"
	"net/http"
	"net/url"

	"liandong/portal-sites/kit"
)

// PostFiles sends a form and files by the names of their fields, each a name and a
// content, with the token of the last page.
func (c *Client) PostFiles(path string, form url.Values, files map[string][2]string) Response {
	c.t.Helper()
	var body bytes.Buffer // what is written to it cannot fail
	m := multipart.NewWriter(&body)
	_ = m.WriteField(kit.CSRFFieldName, c.token)
	for name, all := range form {
		for _, v := range all {
			_ = m.WriteField(name, v)
		}
	}
	for field, f := range files {
		part, err := m.CreateFormFile(field, f[0])
		if err != nil {
			c.t.Fatal(err)
		}
		_, _ = io.WriteString(part, f[1])
	}
	_ = m.Close()
	req, err := http.NewRequestWithContext(c.t.Context(), http.MethodPost, c.URL+path, &body)
	if err != nil {
		c.t.Fatal(err)
	}
	req.Header.Set("Content-Type", m.FormDataContentType())
	res, err := c.http.Do(req)
	if err != nil {
		c.t.Fatal(err)
	}
	defer func() { _ = res.Body.Close() }() // read to its end below
	b, err := io.ReadAll(res.Body)
	if err != nil {
		c.t.Fatal(err)
	}
	return Response{Status: res.StatusCode, Header: res.Header, Body: string(b), t: c.t}
}
