package idcode

import "strings"

// creditAlphabet are the characters of a credit code in order of their value:
// digits and capitals without I, O, S, V and Z (GB 32100—2015).
const creditAlphabet = "0123456789ABCDEFGHJKLMNPQRTUWXY"

// CheckCreditCode checks a unified social credit code (统一社会信用代码) of 18
// characters. The errors are credit_code_length, credit_code_char and
// credit_code_check; a change of any one character is always found, for every
// weight is prime to 31.
func CheckCreditCode(s string) error {
	if len(s) != 18 {
		return invalid("credit_code_length")
	}
	sum, weight := 0, 1
	for i := range 17 {
		v := strings.IndexByte(creditAlphabet, s[i])
		if v < 0 {
			return invalid("credit_code_char")
		}
		sum += v * weight
		weight = weight * 3 % 31
	}
	check := strings.IndexByte(creditAlphabet, s[17])
	if check < 0 {
		return invalid("credit_code_char")
	}
	if check != (31-sum%31)%31 {
		return invalid("credit_code_check")
	}
	return nil
}
