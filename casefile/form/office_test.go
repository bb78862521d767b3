package form

import (
	"os"
	"path/filepath"
	"testing"
)

// The files in testdata/office were written by LibreOffice 7.4 from a page with the official form's two
// blocks; they are not of our writers' making.
func TestOfficeFilesOfOthers(t *testing.T) {
	want := map[Field]string{
		Kind: Citizen, Name: "钱文远", IDType: "身份证", IDNumber: "999901198503070011", Address: "某某区青山路18号2栋301室",
		Postcode: "430000", Phone: "13800001234", Request: "2024年度青山路改造工程的房屋征收补偿方案及批准文件",
		Purpose: "了解补偿标准", Medium: "纸面", Delivery: "邮寄", AppliedOn: "2026-03-05",
	}
	files, err := filepath.Glob("testdata/office/libreoffice.*")
	if err != nil || len(files) == 0 {
		t.Fatal("no files", err)
	}
	for _, file := range files {
		t.Run(filepath.Ext(file), func(t *testing.T) {
			b, err := os.ReadFile(file)
			if err != nil {
				t.Fatal(err)
			}
			f := Propose([]Document{Read(Input{Name: filepath.Base(file), Body: b})}, Header{})
			for field, value := range want {
				if p, _ := f.Best(field, 0); p.Value != value {
					t.Errorf("%s: got %q want %q", field, p.Value, value)
				}
			}
			if len(f.Missing) > 0 {
				t.Errorf("missing: got %v", f.Missing)
			}
		})
	}
}

// Boxes as form fields, as characters of a symbol font, as content controls, saved by LibreOffice.
func TestBoxesOfOthers(t *testing.T) {
	files, err := filepath.Glob("testdata/office/boxes-*")
	if err != nil || len(files) != 3 {
		t.Fatal(files, err)
	}
	for _, file := range files {
		b, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		f := Propose([]Document{Read(Input{Name: filepath.Base(file), Body: b})}, Header{})
		if m, _ := f.Best(Medium, 0); m.Value != "纸面" {
			t.Errorf("%s: form: got %q", file, m.Value)
		}
		if d, _ := f.Best(Delivery, 0); d.Value != "自行领取" {
			t.Errorf("%s: delivery: got %q", file, d.Value)
		}
	}
}
