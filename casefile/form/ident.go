package form

import (
	"strings"
	"time"
)

// CheckID examines a citizen's identity number (GB 11643-1999): eighteen characters, a date, and the
// check digit by ISO 7064 MOD 11-2. doubt is "" when nothing speaks against it, otherwise a Chinese sentence.
// That a number is well formed proves nobody's identity.
func CheckID(number string) (doubt string) {
	n := strings.ToUpper(blankless(number))
	switch {
	case len(n) == 15 && digits(n):
		return "这是15位的旧身份证号码，已停止使用，请核对。"
	case len(n) != 18 || !digits(n[:17]) || n[17] != 'X' && !digits(n[17:]):
		return "身份证号码应为18位（末位可为X），请核对。"
	}
	if _, err := time.Parse("20060102", n[6:14]); err != nil || n[6:8] < "18" || n[6:8] > "20" {
		return "身份证号码中的出生日期不存在，请核对。"
	}
	sum := 0
	for i, w := range []int{7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2} {
		sum += int(n[i]-'0') * w
	}
	if "10X98765432"[sum%11] != n[17] {
		return "身份证号码的校验码不符（GB 11643），可能有误填，请核对。"
	}
	return ""
}

const creditAlphabet = "0123456789ABCDEFGHJKLMNPQRTUWXY"

// CheckOrgCode examines a 统一社会信用代码 (GB 32100-2015, MOD 31-3), with the organisation's code within it,
// or a bare 组织机构代码 of nine characters (GB 11714-1997, MOD 11).
func CheckOrgCode(code string) (doubt string) {
	c := strings.ToUpper(strings.ReplaceAll(strings.ReplaceAll(blankless(code), "-", ""), "－", ""))
	switch len(c) {
	case 18:
		weight, sum := 1, 0
		for i := range 17 {
			v := strings.IndexByte(creditAlphabet, c[i])
			if v < 0 {
				return "统一社会信用代码中有不使用的字符（I、O、S、V、Z），请核对。"
			}
			sum += v * weight
			weight = weight * 3 % 31
		}
		if creditAlphabet[(31-sum%31)%31] != c[17] {
			return "统一社会信用代码的校验码不符（GB 32100），可能有误填，请核对。"
		}
		return ""
	case 9:
		sum := 0
		for i, w := range []int{3, 7, 9, 10, 5, 8, 4, 2} {
			v := strings.IndexByte("0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ", c[i])
			if v < 0 {
				return "组织机构代码中有不使用的字符，请核对。"
			}
			sum += v * w
		}
		if "0123456789X0"[11-sum%11] != c[8] {
			return "组织机构代码的校验码不符（GB 11714），可能有误填，请核对。"
		}
		return ""
	}
	if len(c) == 15 && digits(c) {
		return "这是15位的旧营业执照注册号，请核对是否已有统一社会信用代码。"
	}
	return "统一社会信用代码应为18位，请核对。"
}

func digits(s string) bool {
	for _, r := range s {
		if r < '0' || r > '9' {
			return false
		}
	}
	return s != ""
}

// blankless takes out every blank.
func blankless(s string) string { return strings.Join(strings.Fields(fold(s)), "") }
