// Value sets that the reader knows: conditions.

ValueSet: AbsenceOfPancreas
Id: absence-of-pancreas
Title: "Acquired absence of pancreas"
Description: "Codes for a state after pancreatectomy: shown, not used."
* ^experimental = false
* $icd-10-cm#Z90.410 "Acquired total absence of pancreas"
* $icd-10-cm#Z90.411 "Acquired partial absence of pancreas"

ValueSet: AutoimmuneDisease
Id: autoimmune-disease
Title: "Autoimmune disease"
Description: "Codes for autoimmune disease, read for a caution only. The choice of codes is the project's own: the terminology survey has none for this meaning."
* ^experimental = false
* insert SnomedCopyright
* $sct#69896004 "Rheumatoid arthritis (disorder)"
* $sct#55464009 "Systemic lupus erythematosus (disorder)"
* $sct#34000006 "Crohn's disease (disorder)"
* $sct#64766004 "Ulcerative colitis (disorder)"
* $sct#24700007 "Multiple sclerosis (disorder)"
* $sct#46635009 "Diabetes mellitus type 1 (disorder)"
* include codes from system $icd-10-cm where concept is-a #M05
* include codes from system $icd-10-cm where concept is-a #M06
* include codes from system $icd-10-cm where concept is-a #M32
* include codes from system $icd-10-cm where concept is-a #M33
* include codes from system $icd-10-cm where concept is-a #M34
* include codes from system $icd-10-cm where concept is-a #M35.0
* include codes from system $icd-10-cm where concept is-a #K50
* include codes from system $icd-10-cm where concept is-a #K51
* include codes from system $icd-10-cm where concept is-a #K75.4
* include codes from system $icd-10-cm where concept is-a #K74.3
* include codes from system $icd-10-cm where concept is-a #E06.3
* include codes from system $icd-10-cm where concept is-a #E05.0
* include codes from system $icd-10-cm where concept is-a #E10
* include codes from system $icd-10-cm where concept is-a #G35
* include codes from system $icd-10-cm where concept is-a #G70.0
* include codes from system $icd-10-cm where concept is-a #L40
* include codes from system $icd-10-cm where concept is-a #D59.1
* include codes from system $icd-10-cm where concept is-a #D68.61
* include codes from system $icd-10-cm where concept is-a #D69.3
* include codes from system $icd-10 where concept is-a #M05
* include codes from system $icd-10 where concept is-a #M06
* include codes from system $icd-10 where concept is-a #M32
* include codes from system $icd-10 where concept is-a #M33
* include codes from system $icd-10 where concept is-a #M34
* include codes from system $icd-10 where concept is-a #M35.0
* include codes from system $icd-10 where concept is-a #K50
* include codes from system $icd-10 where concept is-a #K51
* include codes from system $icd-10 where concept is-a #K75.4
* include codes from system $icd-10 where concept is-a #K74.3
* include codes from system $icd-10 where concept is-a #E06.3
* include codes from system $icd-10 where concept is-a #E05.0
* include codes from system $icd-10 where concept is-a #E10
* include codes from system $icd-10 where concept is-a #G35
* include codes from system $icd-10 where concept is-a #G70.0
* include codes from system $icd-10 where concept is-a #L40
* include codes from system $icd-10 where concept is-a #D59.1
* include codes from system $icd-10 where concept is-a #D68.61
* include codes from system $icd-10 where concept is-a #D69.3

ValueSet: CarcinoidSyndrome
Id: carcinoid-syndrome
Title: "Carcinoid syndrome"
Description: "Codes for carcinoid syndrome and crisis."
* ^experimental = false
* insert SnomedCopyright
* $icd-10-cm#E34.0 "Carcinoid syndrome"
* $icd-10-cm#E34.00 "Carcinoid syndrome, unspecified"
* $icd-10-cm#E34.09 "Other carcinoid syndrome"
* $icd-10-cm#E34.01 "Carcinoid heart syndrome"
* $icd-10#E34.0 "Carcinoid syndrome"
* $sct#35868009 "Carcinoid syndrome (disorder)"
* $sct#734884008 "Diarrhea co-occurrent and due to carcinoid syndrome (disorder)"
* $sct#237833006 "Carcinoid crisis (disorder)"
* $sct#36222008 "Carcinoid heart disease (disorder)"

ValueSet: Cytopenia
Id: cytopenia
Title: "Cytopenia"
Description: "Codes for cytopenia, read for a caution only. The choice of codes is the project's own: the terminology survey has none for this meaning."
* ^experimental = false
* insert SnomedCopyright
* $sct#302215000 "Thrombocytopenic disorder (disorder)"
* $sct#165517008 "Neutropenia (finding)"
* include codes from system $icd-10-cm where concept is-a #D61
* include codes from system $icd-10-cm where concept is-a #D69.4
* include codes from system $icd-10-cm where concept is-a #D69.5
* include codes from system $icd-10-cm where concept is-a #D69.6
* include codes from system $icd-10-cm where concept is-a #D70
* include codes from system $icd-10-cm where concept is-a #D72.81
* include codes from system $icd-10 where concept is-a #D61
* include codes from system $icd-10 where concept is-a #D69.4
* include codes from system $icd-10 where concept is-a #D69.5
* include codes from system $icd-10 where concept is-a #D69.6
* include codes from system $icd-10 where concept is-a #D70
* include codes from system $icd-10 where concept is-a #D72.81

ValueSet: Diabetes
Id: diabetes
Title: "Diabetes"
Description: "Codes for diabetes mellitus, read for a caution only. The choice of codes is the project's own: the terminology survey has none for this meaning."
* ^experimental = false
* insert SnomedCopyright
* $sct#73211009 "Diabetes mellitus (disorder)"
* $sct#44054006 "Diabetes mellitus type 2 (disorder)"
* $sct#46635009 "Diabetes mellitus type 1 (disorder)"
* include codes from system $icd-10-cm where concept is-a #E08
* include codes from system $icd-10-cm where concept is-a #E09
* include codes from system $icd-10-cm where concept is-a #E10
* include codes from system $icd-10-cm where concept is-a #E11
* include codes from system $icd-10-cm where concept is-a #E12
* include codes from system $icd-10-cm where concept is-a #E13
* include codes from system $icd-10-cm where concept is-a #E14
* include codes from system $icd-10 where concept is-a #E08
* include codes from system $icd-10 where concept is-a #E09
* include codes from system $icd-10 where concept is-a #E10
* include codes from system $icd-10 where concept is-a #E11
* include codes from system $icd-10 where concept is-a #E12
* include codes from system $icd-10 where concept is-a #E13
* include codes from system $icd-10 where concept is-a #E14

ValueSet: DigestiveTumour
Id: digestive-tumour
Title: "Tumour of a digestive organ"
Description: "Codes that name neither the pancreas nor the kind of tumour; they count only with the pancreas as body site and a neuroendocrine morphology."
* ^experimental = false
* $icd-10-cm#D37.8 "Neoplasm of uncertain behavior of other specified digestive organs"

ValueSet: DistantLymphNodeMetastases
Id: distant-lymph-node-metastases
Title: "Distant lymph node metastases"
Description: "Codes that name distant lymph nodes."
* ^experimental = false
* $icd-10-cm#C7B.01 "Secondary carcinoid tumors of distant lymph nodes"

ValueSet: ExtrahepaticMetastases
Id: extrahepatic-metastases
Title: "Extrahepatic metastases"
Description: "Codes for metastases of organs other than the liver, lymph nodes and peritoneum. The families of ICD-10 C78 and C79 are the project's own choice."
* ^experimental = false
* insert SnomedCopyright
* $sct#94222008 "Secondary malignant neoplasm of bone (disorder)"
* $sct#94217008 "Metastatic malignant neoplasm to bone marrow (disorder)"
* $sct#94391008 "Secondary malignant neoplasm of lung (disorder)"
* $sct#94225005 "Secondary malignant neoplasm of brain (disorder)"
* $icd-10-cm#C7B.03 "Secondary carcinoid tumors of bone"
* $icd-10-cm#C7B.09 "Secondary carcinoid tumors of other sites"
* include codes from system $icd-10-cm where concept is-a #C78.0
* include codes from system $icd-10-cm where concept is-a #C78.1
* include codes from system $icd-10-cm where concept is-a #C78.2
* include codes from system $icd-10-cm where concept is-a #C78.3
* include codes from system $icd-10-cm where concept is-a #C78.4
* include codes from system $icd-10-cm where concept is-a #C78.5
* include codes from system $icd-10-cm where concept is-a #C78.8
* include codes from system $icd-10-cm where concept is-a #C79.0
* include codes from system $icd-10-cm where concept is-a #C79.1
* include codes from system $icd-10-cm where concept is-a #C79.2
* include codes from system $icd-10-cm where concept is-a #C79.3
* include codes from system $icd-10-cm where concept is-a #C79.4
* include codes from system $icd-10-cm where concept is-a #C79.5
* include codes from system $icd-10-cm where concept is-a #C79.6
* include codes from system $icd-10-cm where concept is-a #C79.7
* include codes from system $icd-10-cm where concept is-a #C79.8
* include codes from system $icd-10 where concept is-a #C78.0
* include codes from system $icd-10 where concept is-a #C78.1
* include codes from system $icd-10 where concept is-a #C78.2
* include codes from system $icd-10 where concept is-a #C78.3
* include codes from system $icd-10 where concept is-a #C78.4
* include codes from system $icd-10 where concept is-a #C78.5
* include codes from system $icd-10 where concept is-a #C78.8
* include codes from system $icd-10 where concept is-a #C79.0
* include codes from system $icd-10 where concept is-a #C79.1
* include codes from system $icd-10 where concept is-a #C79.2
* include codes from system $icd-10 where concept is-a #C79.3
* include codes from system $icd-10 where concept is-a #C79.4
* include codes from system $icd-10 where concept is-a #C79.5
* include codes from system $icd-10 where concept is-a #C79.6
* include codes from system $icd-10 where concept is-a #C79.7
* include codes from system $icd-10 where concept is-a #C79.8

ValueSet: Gallstones
Id: gallstones
Title: "Gallstones"
Description: "Codes for gallstones, read for a caution only. The choice of codes is the project's own: the terminology survey has none for this meaning."
* ^experimental = false
* insert SnomedCopyright
* $sct#235919008 "Cholelithiasis (disorder)"
* include codes from system $icd-10-cm where concept is-a #K80
* include codes from system $icd-10 where concept is-a #K80

ValueSet: Gastrinoma
Id: gastrinoma
Title: "Gastrinoma"
Description: "Codes for gastrinoma and Zollinger-Ellison syndrome."
* ^experimental = false
* insert SnomedCopyright
* $sct#1187519007 "Malignant gastrinoma of pancreas (disorder)"
* $sct#1259800005 "Primary malignant gastrinoma of pancreas (disorder)"
* $sct#53132006 "Zollinger-Ellison syndrome (disorder)"
* $icd-10-cm#E16.4 "Increased secretion of gastrin"
* $icd-10#E16.4 "Abnormal secretion of gastrin"

ValueSet: GlucagonExcess
Id: glucagon-excess
Title: "Increased secretion of glucagon"
Description: "A hormone excess that names no glucagonoma: shown, not used."
* ^experimental = false
* $icd-10-cm#E16.3 "Increased secretion of glucagon"

ValueSet: Glucagonoma
Id: glucagonoma
Title: "Glucagonoma"
Description: "Codes for glucagonoma."
* ^experimental = false
* insert SnomedCopyright
* $sct#302823005 "Glucagonoma (disorder)"
* $sct#1187521002 "Malignant glucagonoma of pancreas (disorder)"
* $sct#1259799006 "Primary malignant glucagonoma of pancreas (disorder)"

ValueSet: Hypertension
Id: hypertension
Title: "Hypertension"
Description: "Codes for arterial hypertension, read for a caution only. The choice of codes is the project's own: the terminology survey has none for this meaning."
* ^experimental = false
* insert SnomedCopyright
* $sct#38341003 "Hypertensive disorder, systemic arterial (disorder)"
* $sct#59621000 "Essential hypertension (disorder)"
* include codes from system $icd-10-cm where concept is-a #I10
* include codes from system $icd-10-cm where concept is-a #I11
* include codes from system $icd-10-cm where concept is-a #I12
* include codes from system $icd-10-cm where concept is-a #I13
* include codes from system $icd-10-cm where concept is-a #I15
* include codes from system $icd-10-cm where concept is-a #I16
* include codes from system $icd-10 where concept is-a #I10
* include codes from system $icd-10 where concept is-a #I11
* include codes from system $icd-10 where concept is-a #I12
* include codes from system $icd-10 where concept is-a #I13
* include codes from system $icd-10 where concept is-a #I15
* include codes from system $icd-10 where concept is-a #I16

ValueSet: Insulinoma
Id: insulinoma
Title: "Insulinoma"
Description: "Codes for insulinoma."
* ^experimental = false
* insert SnomedCopyright
* $sct#713189001 "Malignant insulinoma (disorder)"
* $sct#1259747009 "Primary malignant insulinoma (disorder)"
* $sct#788390005 "Benign insulinoma"
* $sct#25324008 "Insulinoma"

ValueSet: LiverMetastases
Id: liver-metastases
Title: "Liver metastases"
Description: "Codes for metastases of the liver."
* ^experimental = false
* insert SnomedCopyright
* $icd-10-cm#C78.7 "Secondary malignant neoplasm of liver and intrahepatic bile duct"
* $icd-10-cm#C7B.02 "Secondary carcinoid tumors of liver"
* $icd-10#C78.7 "Secondary malignant neoplasm of liver and intrahepatic bile duct"
* $sct#94381002 "Secondary malignant neoplasm of liver (disorder)"
* $sct#1251486007 "Metastatic carcinoma to liver"

ValueSet: LungDisease
Id: lung-disease
Title: "Lung disease"
Description: "Codes for chronic lung disease, read for a caution only. The choice of codes is the project's own: the terminology survey has none for this meaning."
* ^experimental = false
* insert SnomedCopyright
* $sct#13645005 "Chronic obstructive lung disease (disorder)"
* $sct#195967001 "Asthma (disorder)"
* include codes from system $icd-10-cm where concept is-a #J41
* include codes from system $icd-10-cm where concept is-a #J42
* include codes from system $icd-10-cm where concept is-a #J43
* include codes from system $icd-10-cm where concept is-a #J44
* include codes from system $icd-10-cm where concept is-a #J45
* include codes from system $icd-10-cm where concept is-a #J47
* include codes from system $icd-10-cm where concept is-a #J70
* include codes from system $icd-10-cm where concept is-a #J84
* include codes from system $icd-10 where concept is-a #J41
* include codes from system $icd-10 where concept is-a #J42
* include codes from system $icd-10 where concept is-a #J43
* include codes from system $icd-10 where concept is-a #J44
* include codes from system $icd-10 where concept is-a #J45
* include codes from system $icd-10 where concept is-a #J47
* include codes from system $icd-10 where concept is-a #J70
* include codes from system $icd-10 where concept is-a #J84

ValueSet: LymphNodeMetastases
Id: lymph-node-metastases
Title: "Lymph node metastases"
Description: "Codes for lymph node metastases that may be regional: shown, not used."
* ^experimental = false
* insert SnomedCopyright
* $sct#94392001 "Secondary malignant neoplasm of lymph node (disorder)"
* include codes from system $icd-10-cm where concept is-a #C77
* include codes from system $icd-10 where concept is-a #C77

ValueSet: MetastasesOfSomeSite
Id: metastases-of-some-site
Title: "Metastases of a site not named"
Description: "Codes that leave the site of the metastasis to the body site."
* ^experimental = false
* insert SnomedCopyright
* $icd-10-cm#C7B.8 "Other secondary neuroendocrine tumors"
* $icd-10-cm#C7B.00 "Secondary carcinoid tumors, unspecified site"
* $icd-10-cm#C79.9 "Secondary malignant neoplasm of unspecified site"
* $icd-10#C79.9 "Secondary malignant neoplasm, unspecified site"
* $sct#128462008 "Metastatic malignant neoplasm (disorder)"

ValueSet: NeuroendocrineMorphology
Id: neuroendocrine-morphology
Title: "Neuroendocrine morphology"
Description: "Morphology codes of neuroendocrine and islet-cell tumours. ICD-O-3 codes outside this list are matched by family: 8150 to 8158, 8240 to 8249 without 8247, 8013, 8041, 8045."
* ^experimental = false
* insert SnomedCopyright
* $icd-o-3#8240/3 "Carcinoid tumor, NOS"
* $icd-o-3#8240/1 "Carcinoid tumor of uncertain malignant potential"
* $icd-o-3#8241/3 "Enterochromaffin cell carcinoid"
* $icd-o-3#8249/3 "Atypical carcinoid tumor"
* $icd-o-3#8246/3 "Neuroendocrine carcinoma, NOS"
* $icd-o-3#8013/3 "Large cell neuroendocrine carcinoma"
* $icd-o-3#8041/3 "Small cell carcinoma, NOS"
* $icd-o-3#8045/3 "Combined small cell carcinoma"
* $icd-o-3#8150/0 "Islet cell adenoma"
* $icd-o-3#8150/1 "Islet cell tumor, NOS"
* $icd-o-3#8150/3 "Islet cell carcinoma"
* $icd-o-3#8151/0 "Insulinoma, NOS"
* $icd-o-3#8151/3 "Insulinoma, malignant"
* $icd-o-3#8152/1 "Glucagonoma, NOS"
* $icd-o-3#8152/3 "Glucagonoma, malignant"
* $icd-o-3#8153/1 "Gastrinoma, NOS"
* $icd-o-3#8153/3 "Gastrinoma, malignant"
* $icd-o-3#8154/3 "Mixed islet cell and exocrine adenocarcinoma"
* $icd-o-3#8155/1 "Vipoma, NOS"
* $icd-o-3#8155/3 "Vipoma, malignant"
* $icd-o-3#8156/1 "Somatostatinoma, NOS"
* $icd-o-3#8156/3 "Somatostatinoma, malignant"
* $icd-o-3#8244/3 "Composite carcinoid"
* $icd-o-3#8158/3 "ACTH-produzierender Tumor (endocrine tumour, functioning)"
* $sct#1286768001 "Well-differentiated neuroendocrine tumor"
* $sct#1286767006 "Neuroendocrine carcinoma"
* $sct#1187127006 "Benign neuroendocrine neoplasm"
* $sct#1286869003 "Malignant neuroendocrine neoplasm"
* $sct#25324008 "Insulinoma"
* $sct#31131002 "Vipoma, malignant"

ValueSet: NonFunctioning
Id: non-functioning
Title: "Non-functioning tumour"
Description: "Codes that say that the tumour does not function."
* ^experimental = false
* insert SnomedCopyright
* $sct#1208744003 "Non-functioning neuroendocrine neoplasm of pancreas (disorder)"

ValueSet: PancreaticTumour
Id: pancreatic-tumour
Title: "Tumour of the pancreas"
Description: "Codes that name the pancreas and not the kind of tumour; they count only with a neuroendocrine morphology."
* ^experimental = false
* insert SnomedCopyright
* $sct#372003004 "Primary malignant neoplasm of pancreas (disorder)"
* $sct#363418001 "Malignant tumor of pancreas (disorder)"
* include codes from system $icd-10-cm where concept is-a #C25
* include codes from system $icd-10 where concept is-a #C25

ValueSet: PeritonealMetastases
Id: peritoneal-metastases
Title: "Peritoneal metastases"
Description: "Codes for metastases of the peritoneum; none says how far they spread."
* ^experimental = false
* insert SnomedCopyright
* $icd-10-cm#C78.6 "Secondary malignant neoplasm of retroperitoneum and peritoneum"
* $icd-10-cm#C7B.04 "Secondary carcinoid tumors of peritoneum"
* $icd-10#C78.6 "Secondary malignant neoplasm of retroperitoneum and peritoneum"
* $sct#94627008 "Secondary malignant neoplasm of peritoneum (disorder)"
* $sct#135091000119106 "Secondary neuroendocrine carcinoma of peritoneum (disorder)"

ValueSet: PnetOfSomeSite
Id: pnet-of-some-site
Title: "Neuroendocrine tumour, pancreas not named"
Description: "Codes that name a neuroendocrine tumour and leave the pancreas to the body site; they count only with the pancreas as body site."
* ^experimental = false
* insert SnomedCopyright
* $icd-10-cm#C7A.8 "Other malignant neuroendocrine tumors"
* $icd-10-cm#C7A.1 "Malignant poorly differentiated neuroendocrine tumors"
* $icd-10-cm#C7A.098 "Malignant carcinoid tumors of other sites"
* $icd-10-cm#C7A.094 "Malignant carcinoid tumor of the foregut, unspecified"
* $icd-10-cm#C7A.00 "Malignant carcinoid tumor of unspecified site"
* $icd-10-cm#D3A.8 "Other benign neuroendocrine tumors"
* $icd-10-cm#D3A.098 "Benign carcinoid tumors of other sites"
* $sct#123631000119103 "Malignant poorly differentiated neuroendocrine carcinoma (disorder)"
* $sct#253005002 "Vasoactive intestinal peptide-secreting tumor (disorder)"
* $sct#253006001 "Somatostatinoma (disorder)"
* $sct#1286768001 "Well-differentiated neuroendocrine tumor"
* $sct#1286767006 "Neuroendocrine carcinoma"
* $sct#1187127006 "Benign neuroendocrine neoplasm"
* $sct#1286869003 "Malignant neuroendocrine neoplasm"
* $sct#31131002 "Vipoma, malignant"

ValueSet: Pnet
Id: pnet
Title: "Pancreatic neuroendocrine tumour"
Description: "Codes that name a neuroendocrine or islet-cell tumour of the pancreas, an insulinoma or a glucagonoma."
* ^experimental = false
* insert SnomedCopyright
* $icd-10-cm#C25.4 "Malignant neoplasm of endocrine pancreas"
* $icd-10-cm#D13.7 "Benign neoplasm of endocrine pancreas"
* $icd-10#C25.4 "Malignant neoplasm: Endocrine pancreas"
* $icd-10#D13.7 "Benign neoplasm: Endocrine pancreas"
* $sct#735735001 "Primary malignant neuroendocrine neoplasm of pancreas (disorder)"
* $sct#1208744003 "Non-functioning neuroendocrine neoplasm of pancreas (disorder)"
* $sct#1208745002 "Serotonin-producing neuroendocrine neoplasm of pancreas (disorder)"
* $sct#1186869002 "Neuroendocrine carcinoma of pancreas (disorder)"
* $sct#1186735007 "Mixed neuroendocrine-non neuroendocrine neoplasm of pancreas (disorder)"
* $sct#254611009 "Malignant tumor of endocrine pancreas (disorder)"
* $sct#254612002 "Carcinoma of endocrine pancreas (disorder)"
* $sct#254613007 "Carcinoid tumor of pancreas (disorder)"
* $sct#143401000119106 "Malignant carcinoid tumor of pancreas (disorder)"
* $sct#93843007 "Primary malignant neoplasm of islets of Langerhans (disorder)"
* $sct#187794005 "Malignant tumor of Islets of Langerhans (disorder)"
* $sct#94883007 "Neoplasm of uncertain behavior of islets of Langerhans (disorder)"
* $sct#713189001 "Malignant insulinoma (disorder)"
* $sct#1259747009 "Primary malignant insulinoma (disorder)"
* $sct#788390005 "Benign insulinoma"
* $sct#302823005 "Glucagonoma (disorder)"
* $sct#1187521002 "Malignant glucagonoma of pancreas (disorder)"
* $sct#1259799006 "Primary malignant glucagonoma of pancreas (disorder)"
* $sct#1187519007 "Malignant gastrinoma of pancreas (disorder)"
* $sct#1259800005 "Primary malignant gastrinoma of pancreas (disorder)"
* $sct#25324008 "Insulinoma"

ValueSet: PortalVeinThrombosis
Id: portal-vein-thrombosis
Title: "Portal vein thrombosis"
Description: "Codes for thrombosis of the portal vein without its extent."
* ^experimental = false
* insert SnomedCopyright
* $sct#17920008 "Portal vein thrombosis (disorder)"
* $icd-10-cm#I81 "Portal vein thrombosis"
* $icd-10#I81 "Portal vein thrombosis"

ValueSet: RightHeartDysfunction
Id: right-heart-dysfunction
Title: "Right heart dysfunction"
Description: "Codes for carcinoid heart disease and right heart failure."
* ^experimental = false
* insert SnomedCopyright
* $icd-10-cm#E34.01 "Carcinoid heart syndrome"
* $sct#36222008 "Carcinoid heart disease (disorder)"
* $sct#128404006 "Right heart failure (disorder)"
* include codes from system $icd-10-cm where concept is-a #I50.81

ValueSet: Steatorrhoea
Id: steatorrhoea
Title: "Steatorrhoea"
Description: "Codes for steatorrhoea: pancreatic steatorrhoea and intestinal malabsorption, read for a caution only. The choice of codes is the project's own: the terminology survey has none for this meaning."
* ^experimental = false
* include codes from system $icd-10-cm where concept is-a #K90.3
* include codes from system $icd-10 where concept is-a #K90.3

ValueSet: TricuspidRegurgitation
Id: tricuspid-regurgitation
Title: "Tricuspid regurgitation"
Description: "A valve finding of any degree: shown beside right heart dysfunction, not used."
* ^experimental = false
* insert SnomedCopyright
* $sct#111287006 "Tricuspid valve regurgitation (disorder)"
* $icd-10-cm#I36.1 "Nonrheumatic tricuspid (valve) insufficiency"
* $icd-10-cm#I07.1 "Rheumatic tricuspid insufficiency"

ValueSet: Vipoma
Id: vipoma
Title: "VIPoma"
Description: "Codes for VIPoma."
* ^experimental = false
* insert SnomedCopyright
* $sct#253005002 "Vasoactive intestinal peptide-secreting tumor (disorder)"
* $sct#31131002 "Vipoma, malignant"

ValueSet: Men1
Id: men1
Title: "Multiple endocrine neoplasia, type 1"
Description: "Codes for multiple endocrine neoplasia type 1."
* ^experimental = false
* insert SnomedCopyright
* $sct#30664006 "Multiple endocrine neoplasia, type 1 (disorder)"
* $icd-10-cm#E31.21 "Multiple endocrine neoplasia [MEN] type I"

ValueSet: Nf1
Id: nf1
Title: "Neurofibromatosis, type 1"
Description: "Codes for neurofibromatosis type 1."
* ^experimental = false
* insert SnomedCopyright
* $sct#92824003 "Neurofibromatosis type 1 (disorder)"
* $icd-10-cm#Q85.01 "Neurofibromatosis, type 1"

ValueSet: Vhl
Id: vhl
Title: "Von Hippel-Lindau syndrome"
Description: "Codes for the von Hippel-Lindau syndrome."
* ^experimental = false
* insert SnomedCopyright
* $sct#46659004 "Von Hippel-Lindau syndrome (disorder)"
* $icd-10-cm#Q85.83 "Von Hippel-Lindau syndrome"

ValueSet: Pregnancy
Id: pregnancy
Title: "Pregnancy"
Description: "Codes for a pregnancy, as a condition and as the answer to the pregnancy status. Of ICD-10 those that say nothing but that there is one; the choice is the project's own beyond Z33.1."
* ^experimental = false
* insert LoincAndSnomedCopyright
* $sct#77386006 "Pregnancy (finding)"
* $loinc#LA15173-0 "Pregnant"
* $icd-10-cm#Z33.1 "Pregnant state, incidental"
* $icd-10#Z33 "Pregnant state, incidental"
* include codes from system $icd-10-cm where concept is-a #Z34
* include codes from system $icd-10-cm where concept is-a #Z3A

ValueSet: NotPregnant
Id: not-pregnant
Title: "Not pregnant"
Description: "Answers that deny a pregnancy."
* ^experimental = false
* insert LoincAndSnomedCopyright
* $sct#60001007 "Not pregnant (finding)"
* $loinc#LA26683-5 "Not pregnant"

ValueSet: RenalFailure
Id: renal-failure
Title: "Renal failure"
Description: "Codes for chronic kidney disease of stage 4 or 5, and for dependence on dialysis."
* ^experimental = false
* insert SnomedCopyright
* $sct#431857002 "Chronic kidney disease stage 4 (disorder)"
* $sct#433146000 "Chronic kidney disease stage 5 (disorder)"
* $sct#714152005 "Chronic kidney disease stage 5 on dialysis (disorder)"
* $sct#46177005 "End-stage renal disease (disorder)"
* $icd-10-cm#N18.4 "Chronic kidney disease, stage 4 (severe)"
* $icd-10-cm#N18.5 "Chronic kidney disease, stage 5"
* $icd-10-cm#N18.6 "End stage renal disease"
* $icd-10-cm#Z99.2 "Dependence on renal dialysis"
* $icd-10#N18.4 "Chronic kidney disease, stage 4"
* $icd-10#N18.5 "Chronic kidney disease, stage 5"
* $icd-10#Z99.2 "Dependence on renal dialysis"
