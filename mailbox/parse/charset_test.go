package parse

import "testing"

func TestToText(t *testing.T) {
	const gbk = "\xc9\xea\xc7\xeb\xb9\xab\xbf\xaa" // 申请公开
	for _, tc := range []struct{ name, bytes, label, want, defect string }{
		{"ascii under any label", "abc", "no-such", "abc", ""},
		{"utf-8 without a label", "申请", "", "申请", ""},
		{"utf-8 under an unknown label", "申请", "no-such", "申请", DefectCharsetGuessed},
		{"gbk without a label", gbk, "", "申请公开", DefectCharsetGuessed},
		{"gbk under utf-8", gbk, "utf-8", "申请公开", DefectCharsetWrong},
		{"gbk under latin-1", gbk, "ISO-8859-1", "申请公开", DefectCharsetWrong},
		{"utf-8 under latin-1", "申请公开", "windows-1252", "申请公开", DefectCharsetWrong},
		{"french under latin-1", "d\xe9j\xe0 vu", "latin1", "déjà vu", ""},
		{"utf-8 under gb2312", "申请公开", "gb2312", "申请公开", DefectCharsetWrong},
		{"four bytes of gbk that are also utf-8", "\xc1\xaa\xcd\xa8", "gbk", "联通", ""},
		{"utf-8 under big5", "申请公开信息", "big5", "申请公开信息", DefectCharsetWrong},
		{"utf-8 with one bad byte", "申请公开政府信息表格\xff", "utf-8", "申请公开政府信息表格�", DefectCharsetErrors},
		{"utf-8 that breaks off", "申请\xe5\x85", "utf-8", "申请�", DefectCharsetErrors},
		{"gbk with one bad byte", gbk + gbk + gbk + "\xff" + gbk, "", "申请公开申请公开申请公开�申请公开", DefectCharsetGuessed},
		{"bytes of nothing", "\x81\xff\x81\xff", "x-none", "�ÿ�ÿ", DefectCharsetGuessed},
		{"big endian mark", "\xfe\xff\x75\x33", "utf-8", "申", ""},
		{"little endian mark", "\xff\xfe\x33\x75", "gbk", "申", ""},
		{"utf-8 mark", "\xef\xbb\xbf申请", "gbk", "申请", ""},
		{"russian", "\xcf\xf0\xe8\xe2\xe5\xf2", "windows-1251", "Привет", ""},
		{"japanese in seven bits", "\x1b$B?=@A\x1b(B", "iso-2022-jp", "申請", ""},
		{"chinese in seven bits that nobody decodes", "\x1b$)A\x0e", "iso-2022-cn", "\x1b$)A\x0e", DefectCharsetGuessed},
	} {
		t.Run(tc.name, func(t *testing.T) {
			got, defect := toText([]byte(tc.bytes), tc.label)
			if got != tc.want || defect != tc.defect {
				t.Errorf("got %q (%s), want %q (%s)", got, defect, tc.want, tc.defect)
			}
		})
	}
}

func TestDecodeWords(t *testing.T) {
	for _, tc := range []struct{ name, in, want, defect string }{
		{"none", "plain", "plain", ""},
		{"text around", "a =?utf-8?B?55Sz?= b", "a 申 b", ""},
		{"blanks between words go", "=?utf-8?B?55Sz?=  =?gbk?B?x+s=?=", "申请", ""},
		{"blanks beside text stay", "=?utf-8?B?55Sz?= x =?gbk?B?x+s=?=", "申 x 请", ""},
		{"Q and B of one charset", "=?gbk?Q?=C9=EA?= =?gbk?B?x+s=?=", "申请", ""},
		{"character cut between Q and Q", "=?gbk?Q?=C9?= =?gbk?Q?=EA?=", "申", ""},
		{"an encoding that is neither", "=?utf-8?X?abc?=", "=?utf-8?X?abc?=", ""},
		{"no charset", "=??B?55Sz?=", "=??B?55Sz?=", ""},
		{"blank in the charset", "=?a b?B?55Sz?=", "=?a b?B?55Sz?=", ""},
		{"word without an end before another", "=?utf-8?B?55Sz =?utf-8?B?6K+3?=", "申请", DefectWord},
		{"word without an end before text", "=?utf-8?B?55Sz and more", "申 and more", DefectWord},
		{"question mark alone", "what =? why ?=", "what =? why ?=", ""},
		{"raw bytes beside a word", "=?utf-8?B?55Sz?= \xc7\xeb", "申 请", DefectCharsetGuessed},
		{"broken escapes of Q", "=?utf-8?Q?=E7=94=B3=?=", "申=", ""},
	} {
		t.Run(tc.name, func(t *testing.T) {
			if got, defect := decodeWords([]byte(tc.in)); got != tc.want || defect != tc.defect {
				t.Errorf("got %q (%s), want %q (%s)", got, defect, tc.want, tc.defect)
			}
		})
	}
}
