// Value sets that the reader knows: sites and methods.

ValueSet: Ajcc7
Id: ajcc-7
Title: "AJCC 7"
Description: "Staging method."
* ^experimental = false
* insert SnomedCopyright
* $sct#443830009 "American Joint Commission on Cancer, Cancer Staging Manual, 7th edition neoplasm staging system (tumor staging)"

ValueSet: Ajcc8
Id: ajcc-8
Title: "AJCC 8"
Description: "Staging method."
* ^experimental = false
* insert SnomedCopyright
* $sct#897275008 "American Joint Commission on Cancer, Cancer Staging Manual, 8th edition neoplasm staging system (tumor staging)"

ValueSet: Ajcc9
Id: ajcc-9
Title: "AJCC 9"
Description: "Staging method."
* ^experimental = false
* insert SnomedCopyright
* $sct#1269566009 "American Joint Commission on Cancer, Cancer Staging Manual, 9th version neoplasm staging system (tumor staging)"

ValueSet: ExtrahepaticSite
Id: extrahepatic-site
Title: "Other organ as a site"
Description: "Body sites of distant metastasis outside the liver: bone, lung."
* ^experimental = false
* insert SnomedCopyright
* $sct#258333005 "OSS (body structure)"
* $sct#258332000 "PUL (body structure)"
* $mii-metastases#OSS "Knochen"
* $mii-metastases#PUL "Lunge"

ValueSet: LiverSite
Id: liver-site
Title: "Liver as a site"
Description: "Body sites that are the liver."
* ^experimental = false
* insert SnomedCopyright
* $sct#10200004 "Liver structure (body structure)"
* $sct#258334004 "HEP (body structure)"
* $mii-metastases#HEP "Leber"

ValueSet: LymphNodeSite
Id: lymph-node-site
Title: "Lymph nodes as a site"
Description: "Lymph nodes as the site of distant metastasis."
* ^experimental = false
* insert SnomedCopyright
* $sct#258336002 "LYM (body structure)"
* $mii-metastases#LYM "Lymphknoten"

ValueSet: PancreasSite
Id: pancreas-site
Title: "Pancreas as a site"
Description: "Body sites that are the pancreas or a part of it."
* ^experimental = false
* insert SnomedCopyright
* $icd-o-3#C25.0 "Head of pancreas"
* $icd-o-3#C25.1 "Body of pancreas"
* $icd-o-3#C25.2 "Tail of pancreas"
* $icd-o-3#C25.3 "Pancreatic duct"
* $icd-o-3#C25.4 "Islets of Langerhans"
* $icd-o-3#C25.7 "Other specified parts of pancreas"
* $icd-o-3#C25.8 "Overlapping lesion of pancreas"
* $icd-o-3#C25.9 "Pancreas, NOS"
* $sct#15776009 "Pancreatic structure (body structure)"
* $sct#64163001 "Structure of head of pancreas (body structure)"
* $sct#73239005 "Structure of tail of pancreas (body structure)"
* $sct#78696007 "Endocrine pancreatic structure"

ValueSet: PeritoneumSite
Id: peritoneum-site
Title: "Peritoneum as a site"
Description: "The peritoneum as the site of distant metastasis."
* ^experimental = false
* insert SnomedCopyright
* $sct#258338001 "PER (body structure)"
* $mii-metastases#PER "Peritoneum"

ValueSet: Uicc
Id: uicc
Title: "UICC"
Description: "Staging method."
* ^experimental = false
* $ncit#C188404 "Union for International Cancer Control Stage"

ValueSet: WhoGrading
Id: who-grading
Title: "WHO grading"
Description: "Grading method."
* ^experimental = false
* insert SnomedCopyright
* $sct#1149430001 "World Health Organization classification of tumors histologic grading system fifth edition"
