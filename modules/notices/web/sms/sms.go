// Package sms carries short messages (短信) over HTTP: a client of the gateway
// that government centres rent from China Mobile, a simulator of that gateway,
// and the address to which the identity server posts its codes.
//
// The protocol is 中国移动云MAS HTTP 普通短信 (norsubmit), as the platform's
// interface manual describes it (mas.10086.cn, 管理 → 接口管理): POST of a base64
// text of the JSON object ecName, apId, mobiles, content, sign, addSerial, mac,
// where mac is the MD5, in lower-case hexadecimal, of ecName, apId, secretKey,
// mobiles, content, sign and addSerial in this order without separators. The
// answer is JSON: success, rspcod, msgGroup. MD5 is what the protocol demands;
// nothing else rests on it, so use the https address.
package sms

import (
	"crypto/md5" //nolint:gosec // the protocol demands it
	"encoding/hex"
)

// Account is what the operator hands out for one interface user.
type Account struct {
	EcName    string // name of the customer (集团客户名称)
	ApID      string // user name of the interface
	SecretKey string
	Sign      string // code of the signature that the text carries (签名编码)
	AddSerial string // extension code; empty for exact matching
}

// submit is the JSON of one submission.
type submit struct {
	EcName    string `json:"ecName"`
	ApID      string `json:"apId"`
	Mobiles   string `json:"mobiles"`
	Content   string `json:"content"`
	Sign      string `json:"sign"`
	AddSerial string `json:"addSerial"`
	Mac       string `json:"mac"`
}

// answer is what the gateway says.
type answer struct {
	Success  bool   `json:"success"`
	Code     string `json:"rspcod"`
	MsgGroup string `json:"msgGroup"`
}

// Codes of the gateway that this package tells apart.
const (
	codeSuccess    = "success"
	codeBadMac     = "IllegalMac"
	codeBadNumber  = "InvalidMessage" // empty or too long text, or a number that is none
	codeNoSuchUser = "InvalidUsrOrPwd"
)

func (s submit) mac(secret string) string {
	sum := md5.Sum([]byte(s.EcName + s.ApID + secret + s.Mobiles + s.Content + s.Sign + s.AddSerial)) //nolint:gosec // the protocol demands it
	return hex.EncodeToString(sum[:])
}
