package web_test

import "github.com/chromedp/chromedp"

// waitFor waits until a page shows selector.
func waitFor(selector string) chromedp.Action[chromedp.Void] { return chromedp.WaitVisible(selector) }
