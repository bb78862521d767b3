package form

import (
	"strings"
	"testing"
	"unicode/utf8"
)

func TestOpening(t *testing.T) {
	for text, want := range map[string]string{
		"您好！\n\n请问我的申请办理到哪一步了？已经两周了。\n\n------------------ 原始邮件 ------------------\n申请公开桥梁检测报告": "请问我的申请办理到哪一步了？",
		"尊敬的信息公开办公室：\n  您好。\n  本人补正如下：需要 2025 年的监测数据，\n其余不变。":                                   "本人补正如下：需要 2025 年的监测数据， 其余不变。",
		"某区城乡建设局：\n现申请公开青石路改造工程的立项批复及其附件、会议纪要和全部往来函件以及\n评审意见。谢谢。":                               "现申请公开青石路改造工程的立项批复及其附件、会议纪要和全部往来函件以及评审意见。",
		"政府信息公开申请表\n\n申请人：张三\n联系电话：13900000001":                                                 "申请人：张三 联系电话：13900000001",
		"Dear Sir,\nplease find the\nopinion attached. Regards":                                 "please find the opinion attached. Regards",
		"> 您的申请\n> 已经收到\n\n":     "",
		"":                       "",
		"\u200b\u202e \n\n同意。\n": "同意。",
		"您好，我要撤回申请。":             "您好，我要撤回申请。",
	} {
		if got := Opening(text); got != want {
			t.Errorf("%q: %q, want %q", text, got, want)
		}
	}
	if got := utf8.RuneCountInString(Opening(strings.Repeat("申", 10_000))); got != openingMost {
		t.Errorf("a sentence without an end has %d characters", got)
	}
}
