package form

import "testing"

// Clauses at the end that are nothing but delivery or contact are no description; what may describe the information stays.
func TestWithoutDelivery(t *testing.T) {
	const what = "桂林路改造工程的环评批复"
	for _, tail := range []string{"，寄到桂林路5号", "，请寄到桂林路5号。", "，邮寄至某市桂林路5号3栋501室，我的电话13800001111", "，我的电话是138-0000-1111，谢谢", "，回复到邮箱a@example.test", "，回复到我的邮箱",
		"，请发到 a@example.test 邮箱", "，以电子邮件方式答复", "，请书面答复", "，请把材料寄给我", "，EMS寄到桂林路5号（邮编：510000）", "，并请以书面形式邮寄至澜沧市锦绣家园8-2-501 危小满收", "，请发我邮箱即可",
		"，通信地址：某市桂林路5号，邮编510000，张三收，13800001111", "，麻烦发到这个邮箱就可以，谢谢", "\n寄到桂林路5号", "，请贵局将上述材料邮寄到桂林路5号", "，请将书面答复寄到桂林路5号"} {
		if kept, said := withoutDelivery(what + tail); kept != what || len(said) == 0 {
			t.Errorf("%s: kept %q, said %q", tail, kept, said)
		}
	}
	if kept, said := withoutDelivery(what + "。请寄到新田镇白沙村一组16号 危小满收"); kept != what+"。" || len(said) != 1 {
		t.Errorf("a sentence of its own: kept %q, said %q", kept, said)
	}
	for _, all := range []string{"某公司的环评批复，地址桂林路5号", "2025年征收通知，发至各县区的文件", "某局来信，答复给我的〔2023〕15号", "张某的举报信，已寄到桂林路5号", "举报人的信件，寄到桂林路5号的信件", "受理通知书，书面答复",
		"拆迁通知，送达桂林路5号", "我家宅基地审批材料，我住在桂林路5号", "应急值守单位，联系人名单", "市长信箱来信，发送至信箱", "2025年3月答复件，回复至2025年3月5号", "办事大厅的目录，电话会议记录", "工程招标文件，邮件往来记录",
		"征收决定，答复至省政府令第5号", "会议纪要，提供给本人的复印件", "补偿款发放名单，发给本人的明细", "信访答复，答复本人的意见书", "通知，通讯地址清单", "桂林路的材料，谢谢", "，寄到桂林路5号", "寄到桂林路5号"} {
		if kept, said := withoutDelivery(all); kept != all || said != nil {
			t.Errorf("%s: kept %q, said %q", all, kept, said)
		}
	}
}
