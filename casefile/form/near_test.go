package form

import "testing"

func TestNearLabel(t *testing.T) {
	for text, want := range map[string]string{
		"所需信息描": "所需信息描述", "务信地址": "通信地址", "折需信息的用途": "所需信息的用途", "联系电话": "联系电话", "邮政编码:": "邮政编码:",
		"王小明": "王小明", "欧阳": "欧阳", "澄江市学府路9号": "澄江市学府路9号", "所需信,息描述": "所需信息描述", "": "",
		"申请人姓名或名称": "申请人姓名或名称", "电子文件": "电子文件", "自行领取": "自行领取",
		"联系": "联系", // of two characters anything is near
	} {
		if got := NearLabel(text); got != want {
			t.Errorf("%s: got %s, want %s", text, got, want)
		}
	}
}
