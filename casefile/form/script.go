package form

import (
	"strings"
	"sync"
)

// traditional holds characters of labels and of what letters ask with, each before its simplified form. The
// applicant's own words are never changed by it: it is for finding, and a found place is the same in both,
// since each of these characters takes three bytes.
const traditional = "證证號号碼码請请開开聯联繫系絡络電电話话郵邮編编單单機机構构業业稱称類类別别內内資资訊讯獲获徑径載载體体紙纸張张質质檔档傳传減减費费備备註注簽签蓋盖" +
	"時时間间聲声辦办務务職职員员遞递領领當当閱阅讀读條条關关於于為为與与據据種种屬属區区縣县鄉乡鎮镇個个學学協协會会實实驗验廳厅廠厂處处這这們们應应該该給给寫写書书" +
	"複复復复覆复製制報报國国現现將将並并後后從从來来對对說说無无貴贵謝谢導导師师錄录檢检項项須须頁页題题變变詢询詳详細细議议護护財财產产預预決决運运過过達达還还網网統统經经級级" +
	"約约術术價价戶户圖图圍围執执場场塊块壓压寬宽層层岡冈幣币幫帮庫库廣广徵征總总愛爱戲戏擇择擔担據据擬拟擴扩攝摄擊击敗败數数斷断權权歷历殘残氣气漢汉準准滅灭測测滿满漲涨熱热爭争狀状" +
	"獎奖環环療疗監监盤盘確确祕秘禮礼稅税積积窮穷節节範范築筑簡简糧粮級级組组織织繳缴續续罰罚義义習习聞闻聽听腦脑臨临舉举興兴舊旧藝艺藥药處处補补裝装規规視视觀观計计訂订記记訪访設设許许訴诉診诊" +
	"評评詞词試试認认語语誤误課课調调論论識识譯译讓让負负責责貨货販贩買买貸贷賀贺賠赔賣卖賬账購购贈赠趙赵車车軍军軟软輕轻輛辆輪轮輸输轉转農农連连週周進进遊游違违遠远適适選选遺遗邊边鄰邻釋释針针鐵铁銀银錢钱錯错鍵键鎖锁" +
	"長长門门閉闭閒闲陳陈陽阳階阶際际隨随險险隱隐雖虽雙双雜杂離离難难雲云電电靜静響响頂顶順顺領领頭头顏颜願愿顯显風风飛飞飯饭館馆駐驻驗验體体魚鱼鳥鸟麥麦黃黄點点黨党齊齐龍龙"

// toSimplified is the table of these pairs, made when a text is first read: most commands read none.
var toSimplified = sync.OnceValue(func() map[rune]rune {
	m := make(map[rune]rune)
	rs := []rune(traditional)
	for i := 0; i+1 < len(rs); i += 2 {
		m[rs[i]] = rs[i+1]
	}
	return m
})

// elsewhere are words for 信息 in Hong Kong and Taiwan, of its length.
var elsewhere = strings.NewReplacer("资讯", "信息", "讯息", "信息")

// simple writes traditional characters in their simplified form. Its length is that of s, in bytes and in
// characters.
func simple(s string) string {
	table := toSimplified()
	if !strings.ContainsFunc(s, func(r rune) bool { return r >= 0x4e00 && table[r] != 0 }) {
		return s
	}
	s = strings.Map(func(r rune) rune {
		if p, ok := table[r]; ok {
			return p
		}
		return r
	}, s)
	return elsewhere.Replace(s)
}
