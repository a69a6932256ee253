// Value sets that the reader knows: observation codes.

ValueSet: N5Hiaa
Id: 5-hiaa
Title: "5-HIAA"
Description: "Observation codes for the amount of 5-hydroxyindoleacetate in urine, serum or plasma."
* ^experimental = false
* insert LoincCopyright
* $loinc#1695-6 "5-Hydroxyindoleacetate [Mass/time] in 24 hour Urine"
* $loinc#14573-0 "5-Hydroxyindoleacetate [Moles/time] in 24 hour Urine"
* $loinc#31203-3 "5-Hydroxyindoleacetate [Mass/volume] in 24 hour Urine"
* $loinc#25971-3 "5-Hydroxyindoleacetate [Moles/volume] in 24 hour Urine"
* $loinc#1694-9 "5-Hydroxyindoleacetate [Mass/volume] in Urine"
* $loinc#15009-4 "5-Hydroxyindoleacetate [Moles/volume] in Urine"
* $loinc#11145-0 "5-Hydroxyindoleacetate/Creatinine [Mass Ratio] in Urine"
* $loinc#29520-4 "5-Hydroxyindoleacetate/Creatinine [Molar ratio] in Urine"
* $loinc#1693-1 "5-Hydroxyindoleacetate [Mass/volume] in Serum or Plasma"
* $loinc#50149-4 "5-Hydroxyindoleacetate [Moles/volume] in Serum or Plasma"

ValueSet: ChromograninA
Id: chromogranin-a
Title: "Chromogranin A"
Description: "Observation codes for chromogranin A in serum or plasma. Not among them: LOINC 10471-1, which is tissue."
* ^experimental = false
* insert LoincCopyright
* $loinc#9811-1 "Chromogranin A [Mass/volume] in Serum or Plasma"
* $loinc#25587-7 "Chromogranin A [Moles/volume] in Serum or Plasma"
* $loinc#30169-7 "Chromogranin A [Units/volume] in Serum or Plasma by Immunoassay"

ValueSet: Clinical
Id: clinical
Title: "Clinical classification"
Description: "Observation codes and values that make a T, N, M or stage a clinical one."
* ^experimental = false
* insert LoincAndSnomedCopyright
* $sct#399504009 "cT category"
* $sct#399534004 "cN category"
* $sct#399387003 "cM category"
* $sct#399537006 "Clinical TNM stage grouping"
* $sct#260998006 "Clinical staging (qualifier value)"
* $sct#1222604002 "American Joint Committee on Cancer cTX (qualifier value)"
* $sct#1228882005 "American Joint Committee on Cancer cT0 (qualifier value)"
* $sct#1228889001 "American Joint Committee on Cancer cT1 (qualifier value)"
* $sct#1228929004 "American Joint Committee on Cancer cT2 (qualifier value)"
* $sct#1228938002 "American Joint Committee on Cancer cT3 (qualifier value)"
* $sct#1228944003 "American Joint Committee on Cancer cT4 (qualifier value)"
* $sct#1229966003 "American Joint Committee on Cancer cNX (qualifier value)"
* $sct#1229967007 "American Joint Committee on Cancer cN0 (qualifier value)"
* $sct#1229973008 "American Joint Committee on Cancer cN1 (qualifier value)"
* $sct#1229901006 "American Joint Committee on Cancer cM0 (qualifier value)"
* $sct#1229903009 "American Joint Committee on Cancer cM1 (qualifier value)"
* $sct#1229904003 "American Joint Committee on Cancer cM1a (qualifier value)"
* $sct#1229907005 "American Joint Committee on Cancer cM1b (qualifier value)"
* $sct#1229910003 "American Joint Committee on Cancer cM1c (qualifier value)"
* $loinc#21905-5 "Primary tumor.clinical [Class] Cancer"
* $loinc#21906-3 "Regional lymph nodes.clinical [Class] Cancer"
* $loinc#21907-1 "Distant metastases.clinical [Class] Cancer"
* $loinc#21908-9 "Stage group.clinical Cancer"

ValueSet: DiseaseStatus
Id: disease-status
Title: "Disease status"
Description: "Observation codes for the course of the disease or its response to treatment."
* ^experimental = false
* insert LoincCopyright
* $loinc#97509-4 "Cancer Disease Progression"
* $loinc#88040-1 "Response to cancer treatment (component)"

ValueSet: Ecog
Id: ecog
Title: "ECOG performance status"
Description: "Observation codes for the ECOG performance status."
* ^experimental = false
* insert LoincAndSnomedCopyright
* $loinc#89247-1 "ECOG Performance Status score"
* $loinc#42800-3 "ECOG performance status grade"
* $sct#273437007 "Eastern Cooperative Oncology Group (ECOG) scale for physical assessment"

ValueSet: Gastrin
Id: gastrin
Title: "Gastrin"
Description: "Observation codes for gastrin in serum or plasma."
* ^experimental = false
* insert LoincCopyright
* $loinc#2333-3 "Gastrin [Mass/volume] in Serum or Plasma"
* $loinc#15072-2 "Gastrin [Moles/volume] in Serum or Plasma"

ValueSet: Glucagon
Id: glucagon
Title: "Glucagon"
Description: "Observation codes for glucagon in serum or plasma."
* ^experimental = false
* insert LoincCopyright
* $loinc#2338-2 "Glucagon [Mass/volume] in Serum or Plasma"
* $loinc#15073-0 "Glucagon"

ValueSet: HistologicGradeNet
Id: histologic-grade-net
Title: "Histologic grade of a pancreatic neuroendocrine neoplasm"
Description: "Observation code that names the neuroendocrine grading itself."
* ^experimental = false
* insert SnomedCopyright
* $sct#1149044001 "Histologic grade of malignant neuroendocrine neoplasm of pancreas"

ValueSet: HistologicGrade
Id: histologic-grade
Title: "Histologic grade"
Description: "Observation codes for a histologic grade of any grading system."
* ^experimental = false
* insert LoincAndSnomedCopyright
* $ncit#C18000 "Histologic Grade"
* $loinc#33732-9 "Histology grade [Identifier] in Cancer specimen"
* $loinc#21858-6 "Grade"
* $loinc#59542-1 "Grade pathology value"
* $sct#371469007 "Histologic grade (observable entity)"

ValueSet: Histology
Id: histology
Title: "Histology"
Description: "Observation codes whose value is a morphology."
* ^experimental = false
* insert LoincCopyright
* $loinc#31206-6 "Behavior ICD-O-3"
* $loinc#59847-4 "Histology and Behavior ICD-O-3 Cancer"
* $loinc#31205-8 "Histology ICD-O-3"

ValueSet: HistoryOfLiverMetastases
Id: history-of-liver-metastases
Title: "History of liver metastases"
Description: "Observation code whose value false denies liver metastases; true says nothing about now."
* ^experimental = false
* insert SnomedCopyright
* $sct#1098951000119108 "History of cancer metastatic to liver (situation)"

ValueSet: Insulin
Id: insulin
Title: "Insulin"
Description: "Observation codes for insulin in serum or plasma."
* ^experimental = false
* insert LoincCopyright
* $loinc#20448-7 "Insulin [Units/volume] in Serum or Plasma"
* $loinc#14796-7 "Insulin"

ValueSet: Karnofsky
Id: karnofsky
Title: "Karnofsky performance status"
Description: "Observation codes for the Karnofsky performance status."
* ^experimental = false
* insert LoincAndSnomedCopyright
* $loinc#89243-0 "Karnofsky Performance Status score"
* $sct#273546003 "Karnofsky index"

ValueSet: Ki67Presence
Id: ki67-presence
Title: "Ki-67 presence"
Description: "Observation code for the presence of Ki-67; read as an index only where a percentage is given."
* ^experimental = false
* insert LoincCopyright
* $loinc#33055-5 "Ki-67 nuclear Ag [Presence] in Tissue by Immune stain"

ValueSet: Ki67
Id: ki67
Title: "Ki-67 index"
Description: "Observation codes whose value is the Ki-67 index in percent. Not among them: LOINC 85319-2, which is HER2."
* ^experimental = false
* insert LoincCopyright
* $loinc#29593-1 "Cells.Ki-67 nuclear Ag/cells in Tissue by Immune stain"
* $loinc#85330-9 "Cells.Ki-67 nuclear Ag/100 cells in Breast cancer specimen by Immune stain"

ValueSet: MCategory
Id: m-category
Title: "M category"
Description: "Observation codes for the M category, clinical, pathological or neither."
* ^experimental = false
* insert LoincAndSnomedCopyright
* $sct#277208005 "M category"
* $sct#399387003 "cM category"
* $sct#371497001 "pM category"
* $loinc#21907-1 "Distant metastases.clinical [Class] Cancer"
* $loinc#21901-4 "Distant metastases.pathology [Class] Cancer"
* $loinc#21913-9 "Distant metastases.other [Class] Cancer"

ValueSet: MetastasisSite
Id: metastasis-site
Title: "Site of distant metastasis"
Description: "Observation code whose value is the site of a distant metastasis."
* ^experimental = false
* insert SnomedCopyright
* $sct#385421009 "Site of distant metastasis"

ValueSet: NCategory
Id: n-category
Title: "N category"
Description: "Observation codes for the N category, clinical, pathological or neither."
* ^experimental = false
* insert LoincAndSnomedCopyright
* $sct#277206009 "N category"
* $sct#399534004 "cN category"
* $sct#371494008 "pN category"
* $loinc#21906-3 "Regional lymph nodes.clinical [Class] Cancer"
* $loinc#21900-6 "Regional lymph nodes.pathology [Class] Cancer"
* $loinc#21912-1 "Regional lymph nodes.other [Class] Cancer"

ValueSet: Pathological
Id: pathological
Title: "Pathological classification"
Description: "Observation codes and values that make a T, N, M or stage a pathological one."
* ^experimental = false
* insert LoincAndSnomedCopyright
* $sct#384625004 "pT category"
* $sct#371494008 "pN category"
* $sct#371497001 "pM category"
* $sct#399588009 "Pathologic TNM stage grouping"
* $sct#261023001 "Pathological staging (qualifier value)"
* $sct#1228950008 "American Joint Committee on Cancer pTX (qualifier value)"
* $sct#1228951007 "American Joint Committee on Cancer pT0 (qualifier value)"
* $sct#1228957006 "American Joint Committee on Cancer pT1 (qualifier value)"
* $sct#1229852009 "American Joint Committee on Cancer pT2 (qualifier value)"
* $sct#1229859000 "American Joint Committee on Cancer pT3 (qualifier value)"
* $sct#1229864001 "American Joint Committee on Cancer pT4 (qualifier value)"
* $sct#1228869002 "American Joint Committee on Cancer ypT1 (qualifier value)"
* $sct#1228910005 "American Joint Committee on Cancer ypT2 (qualifier value)"
* $sct#1228917008 "American Joint Committee on Cancer ypT3 (qualifier value)"
* $sct#1228922008 "American Joint Committee on Cancer ypT4 (qualifier value)"
* $sct#1229945006 "American Joint Committee on Cancer pNX (qualifier value)"
* $sct#1229947003 "American Joint Committee on Cancer pN0 (qualifier value)"
* $sct#1229951001 "American Joint Committee on Cancer pN1 (qualifier value)"
* $sct#1229878000 "American Joint Committee on Cancer ypN0 (qualifier value)"
* $sct#1229884002 "American Joint Committee on Cancer ypN1 (qualifier value)"
* $sct#1229916009 "American Joint Committee on Cancer pM1 (qualifier value)"
* $sct#1229917000 "American Joint Committee on Cancer pM1a (qualifier value)"
* $sct#1229920008 "American Joint Committee on Cancer pM1b (qualifier value)"
* $sct#1229923005 "American Joint Committee on Cancer pM1c (qualifier value)"
* $loinc#21899-0 "Primary tumor.pathology Cancer"
* $loinc#21900-6 "Regional lymph nodes.pathology [Class] Cancer"
* $loinc#21901-4 "Distant metastases.pathology [Class] Cancer"
* $loinc#21902-2 "Stage group.pathology Cancer"

ValueSet: ReceptorScan
Id: receptor-scan
Title: "Somatostatin receptor scan"
Description: "Observation codes for scintigraphy with a somatostatin analogue."
* ^experimental = false
* insert LoincCopyright
* $loinc#39828-9 "Scan for endocrine tumor whole body W In-111 pentetreotide IV"
* $loinc#43649-3 "Scan for endocrine tumor multiple areas W In-111 pentetreotide IV"
* $loinc#81547-2 "Multisection^W In-111 pentetreotide IV"

ValueSet: ResidualTumour
Id: residual-tumour
Title: "Residual tumour classification"
Description: "Observation codes for the resection margins R0, R1, R2."
* ^experimental = false
* insert LoincAndSnomedCopyright
* $sct#17964000 "Residual tumor stage (observable entity)"
* $loinc#84892-9 "Residual tumor classification"

ValueSet: StageGroup
Id: stage-group
Title: "Stage group"
Description: "Observation codes for the TNM stage group."
* ^experimental = false
* insert LoincAndSnomedCopyright
* $sct#399390009 "TNM stage grouping"
* $sct#399537006 "Clinical TNM stage grouping"
* $sct#399588009 "Pathologic TNM stage grouping"
* $loinc#21908-9 "Stage group.clinical Cancer"
* $loinc#21902-2 "Stage group.pathology Cancer"
* $loinc#21914-7 "Stage group.other Cancer"

ValueSet: TCategory
Id: t-category
Title: "T category"
Description: "Observation codes for the T category, clinical, pathological or neither."
* ^experimental = false
* insert LoincAndSnomedCopyright
* $sct#78873005 "T category"
* $sct#399504009 "cT category"
* $sct#384625004 "pT category"
* $loinc#21905-5 "Primary tumor.clinical [Class] Cancer"
* $loinc#21899-0 "Primary tumor.pathology Cancer"
* $loinc#21911-3 "Primary tumor.other [Class] Cancer"

ValueSet: TumourSize
Id: tumour-size
Title: "Tumour size"
Description: "Observation and component codes for the greatest dimension of a tumour."
* ^experimental = false
* insert LoincCopyright
* $loinc#21889-1 "Size Tumor"
* $loinc#33728-7 "Size.maximum dimension in Tumor"

ValueSet: Vip
Id: vip
Title: "Vasoactive intestinal peptide"
Description: "Observation codes for VIP in serum or plasma. Not among them: LOINC 3126-0, which is vasopressin."
* ^experimental = false
* insert LoincCopyright
* $loinc#3125-2 "Vasoactive intestinal peptide [Mass/volume] in Serum or Plasma"

ValueSet: PathologyReports
Id: pathology-report
Title: "Pathology report"
Description: "Codes of reports in which observations of the tumour may be contained. Nothing is read from their text."
* ^experimental = false
* insert LoincCopyright
* $loinc#60568-3 "Pathological laboratory report"
* $loinc#11529-5 "Surgical pathology study"
* $loinc#22637-3 "Pathology report final diagnosis Narrative"

ValueSet: PregnancyStatus
Id: pregnancy-status
Title: "Pregnancy status"
Description: "Observation codes that ask whether somebody is pregnant."
* ^experimental = false
* insert LoincCopyright
* $loinc#82810-3 "Pregnancy status"
