// Value sets that profiles bind: the sets that the reader knows, joined with the project's own codes.

ValueSet: Ki67Observation
Id: ki67-observation
Title: "Ki-67: observation codes"
Description: "Codes of an observation that states the fact ki67: standard ones, and the project's own."
* ^experimental = false
* include codes from valueset Ki67
* include codes from valueset Ki67Presence
* $facts#ki67 "Ki-67"

ValueSet: GradeRecordedObservation
Id: grade-recorded-observation
Title: "Recorded grade: observation codes"
Description: "Codes of an observation that states the fact grade-recorded: standard ones, and the project's own."
* ^experimental = false
* include codes from valueset HistologicGrade
* include codes from valueset HistologicGradeNet
* $facts#grade-recorded "Recorded grade"

ValueSet: DifferentiationObservation
Id: differentiation-observation
Title: "Differentiation: observation codes"
Description: "Codes of an observation that states the fact differentiation: standard ones, and the project's own."
* ^experimental = false
* include codes from valueset HistologicGrade
* include codes from valueset HistologicGradeNet
* $facts#differentiation "Differentiation"

ValueSet: TumourSizeObservation
Id: tumour-size-observation
Title: "Primary tumour size: observation codes"
Description: "Codes of an observation that states the fact tumour-size: standard ones, and the project's own."
* ^experimental = false
* include codes from valueset TumourSize
* $facts#tumour-size "Primary tumour size"

ValueSet: LargestLiverLesionObservation
Id: largest-liver-lesion-observation
Title: "Largest liver lesion: observation codes"
Description: "Codes of an observation that states the fact largest-liver-lesion: standard ones, and the project's own."
* ^experimental = false
* include codes from valueset TumourSize
* $facts#largest-liver-lesion "Largest liver lesion"

ValueSet: TObservation
Id: t-observation
Title: "T category: observation codes"
Description: "Codes of an observation that states the fact t: standard ones, and the project's own."
* ^experimental = false
* include codes from valueset TCategory
* $facts#t "T category"

ValueSet: NObservation
Id: n-observation
Title: "N category: observation codes"
Description: "Codes of an observation that states the fact n: standard ones, and the project's own."
* ^experimental = false
* include codes from valueset NCategory
* $facts#n "N category"

ValueSet: MObservation
Id: m-observation
Title: "M category: observation codes"
Description: "Codes of an observation that states the fact m: standard ones, and the project's own."
* ^experimental = false
* include codes from valueset MCategory
* $facts#m "M category"

ValueSet: StageRecordedObservation
Id: stage-recorded-observation
Title: "Recorded stage: observation codes"
Description: "Codes of an observation that states the fact stage-recorded: standard ones, and the project's own."
* ^experimental = false
* include codes from valueset StageGroup
* $facts#stage-recorded "Recorded stage"

ValueSet: MarginsObservation
Id: margins-observation
Title: "Resection margins of the primary: observation codes"
Description: "Codes of an observation that states the fact margins: standard ones, and the project's own."
* ^experimental = false
* include codes from valueset ResidualTumour
* $facts#margins "Resection margins of the primary"

ValueSet: ChromograninAObservation
Id: chromogranin-a-observation
Title: "Chromogranin A: observation codes"
Description: "Codes of an observation that states the fact chromogranin-a: standard ones, and the project's own."
* ^experimental = false
* include codes from valueset ChromograninA
* $facts#chromogranin-a "Chromogranin A"

ValueSet: HiaaObservation
Id: 5-hiaa-observation
Title: "5-HIAA: observation codes"
Description: "Codes of an observation that states the fact 5-hiaa: standard ones, and the project's own."
* ^experimental = false
* include codes from valueset N5Hiaa
* $facts#5-hiaa "5-HIAA"

ValueSet: InsulinObservation
Id: insulin-observation
Title: "Insulin: observation codes"
Description: "Codes of an observation that states the fact insulin: standard ones, and the project's own."
* ^experimental = false
* include codes from valueset Insulin
* $facts#insulin "Insulin"

ValueSet: GlucagonObservation
Id: glucagon-observation
Title: "Glucagon: observation codes"
Description: "Codes of an observation that states the fact glucagon: standard ones, and the project's own."
* ^experimental = false
* include codes from valueset Glucagon
* $facts#glucagon "Glucagon"

ValueSet: GastrinObservation
Id: gastrin-observation
Title: "Gastrin: observation codes"
Description: "Codes of an observation that states the fact gastrin: standard ones, and the project's own."
* ^experimental = false
* include codes from valueset Gastrin
* $facts#gastrin "Gastrin"

ValueSet: VipObservation
Id: vip-observation
Title: "Vasoactive intestinal peptide: observation codes"
Description: "Codes of an observation that states the fact vip: standard ones, and the project's own."
* ^experimental = false
* include codes from valueset Vip
* $facts#vip "Vasoactive intestinal peptide"

ValueSet: EcogObservation
Id: ecog-observation
Title: "ECOG performance status: observation codes"
Description: "Codes of an observation that states the fact ecog: standard ones, and the project's own."
* ^experimental = false
* include codes from valueset Ecog
* $facts#ecog "ECOG performance status"

ValueSet: SstrUptakeObservation
Id: sstr-uptake-observation
Title: "Somatostatin receptor uptake: observation codes"
Description: "Codes of an observation that states the fact sstr-uptake: standard ones, and the project's own."
* ^experimental = false
* include codes from valueset ReceptorScan
* $facts#sstr-uptake "Somatostatin receptor uptake"

ValueSet: DiseaseStatusObservation
Id: disease-status-observation
Title: "Disease status: observation codes"
Description: "Codes of an observation that states the fact disease-status: standard ones, and the project's own."
* ^experimental = false
* include codes from valueset DiseaseStatus
* $facts#disease-status "Disease status"

ValueSet: PresenceCodes
Id: presence-codes
Title: "Presence: codes"
Description: "The project's own codes of every fact that is present or absent."
* ^experimental = false
* $facts#pnet "Pancreatic neuroendocrine tumour"
* $facts#liver-metastases "Liver metastases"
* $facts#extrahepatic-metastases "Extrahepatic metastases"
* $facts#distant-lymph-node-metastases "Distant lymph node metastases"
* $facts#diffuse-peritoneal-metastases "Diffuse peritoneal metastases"
* $facts#right-heart-dysfunction "Right heart dysfunction"
* $facts#gi-shunt "Shunt to the gastrointestinal tract"
* $facts#prior-pancreaticoduodenectomy "Prior pancreaticoduodenectomy"
* $facts#on-ssa "Current somatostatin analogue"
* $facts#prior-systemic-therapy "Prior systemic therapy"
* $facts#bilioenteric-anastomosis "Bilioenteric anastomosis"
* $facts#pregnancy "Pregnancy"
* $facts#renal-failure "Renal failure"
* $facts#other-malignancy "Other malignancy"
* $facts#diabetes "Diabetes"
* $facts#hypertension "Hypertension"
* $facts#gallstones "Gallstones"
* $facts#steatorrhoea "Steatorrhoea"
* $facts#lung-disease "Lung disease"
* $facts#cytopenia "Cytopenia"
* $facts#autoimmune-disease "Autoimmune disease"

ValueSet: DifferentiationValue
Id: differentiation-value
Title: "Differentiation: values"
Description: "Values of the fact differentiation: standard codes, and the project's own words."
* ^experimental = false
* include codes from valueset DifferentiationWell
* include codes from valueset DifferentiationModerate
* include codes from valueset DifferentiationPoor
* $values#well "Well differentiated"
* $values#moderate "Moderately differentiated"
* $values#poor "Poorly differentiated"

ValueSet: GradeRecordedValue
Id: grade-recorded-value
Title: "Recorded grade: values"
Description: "Values of the fact grade-recorded: standard codes, and the project's own words."
* ^experimental = false
* include codes from valueset GradeG1
* include codes from valueset GradeG2
* include codes from valueset GradeG3
* include codes from valueset GradeNotAssessed
* $values#G1 "G1"
* $values#G2 "G2"
* $values#G3 "G3"

ValueSet: TumourExtensionValue
Id: tumour-extension-value
Title: "Primary tumour extension: values"
Description: "Values of the fact tumour-extension: the project's own words, for there are no standard codes."
* ^experimental = false
* $values#coeliac-or-sma "Coeliac axis or superior mesenteric artery"
* $values#large-vessels "Large vessels"
* $values#adjacent-structures "Adjacent structures"
* $values#duodenum-or-bile-duct "Duodenum or bile duct"
* $values#pancreas "Limited to the pancreas"

ValueSet: TValue
Id: t-value
Title: "T category: values"
Description: "Values of the fact t: standard codes, and the project's own words."
* ^experimental = false
* include codes from valueset TnmT1
* include codes from valueset TnmT2
* include codes from valueset TnmT3
* include codes from valueset TnmT4
* include codes from valueset TnmNotAssessed
* $values#Tis "Tis"
* $values#T1 "T1"
* $values#T2 "T2"
* $values#T3 "T3"
* $values#T4 "T4"

ValueSet: NValue
Id: n-value
Title: "N category: values"
Description: "Values of the fact n: standard codes, and the project's own words."
* ^experimental = false
* include codes from valueset TnmN0
* include codes from valueset TnmN1
* include codes from valueset TnmNotAssessed
* $values#N0 "N0"
* $values#N1 "N1"

ValueSet: MValue
Id: m-value
Title: "M category: values"
Description: "Values of the fact m: standard codes, and the project's own words."
* ^experimental = false
* include codes from valueset TnmM0
* include codes from valueset TnmM1
* include codes from valueset TnmM1a
* include codes from valueset TnmM1b
* include codes from valueset TnmM1c
* $values#M0 "M0"
* $values#M1 "M1"
* $values#M1a "M1a"
* $values#M1b "M1b"
* $values#M1c "M1c"

ValueSet: StageRecordedValue
Id: stage-recorded-value
Title: "Recorded stage: values"
Description: "Values of the fact stage-recorded: standard codes, and the project's own words."
* ^experimental = false
* include codes from valueset StageIi
* include codes from valueset StageIib
* include codes from valueset StageIiic
* include codes from valueset StageIv
* $values#0 "Stage 0"
* $values#I "Stage I"
* $values#IA "Stage IA"
* $values#IB "Stage IB"
* $values#II "Stage II"
* $values#IIA "Stage IIA"
* $values#IIB "Stage IIB"
* $values#IIC "Stage IIC"
* $values#III "Stage III"
* $values#IIIA "Stage IIIA"
* $values#IIIB "Stage IIIB"
* $values#IIIC "Stage IIIC"
* $values#IV "Stage IV"
* $values#IVA "Stage IVA"
* $values#IVB "Stage IVB"
* $values#IVC "Stage IVC"

ValueSet: LiverDistributionValue
Id: liver-distribution-value
Title: "Liver distribution: values"
Description: "Values of the fact liver-distribution: the project's own words, for there are no standard codes."
* ^experimental = false
* $values#unilobar "Unilobar"
* $values#bilobar "Bilobar"

ValueSet: LesionLocationValue
Id: lesion-location-value
Title: "Lesion location: values"
Description: "Values of the fact lesion-location: the project's own words, for there are no standard codes."
* ^experimental = false
* $values#near-vital-structure "Near a vital structure"
* $values#liver-surface "At the liver surface"
* $values#neither "Neither"

ValueSet: ResectabilityValue
Id: resectability-value
Title: "Resectability: values"
Description: "Values of the fact resectability: standard codes, and the project's own words."
* ^experimental = false
* include codes from valueset Present
* include codes from valueset Absent
* $values#resectable "Resectable"
* $values#unresectable "Unresectable"

ValueSet: FunctioningValue
Id: functioning-value
Title: "Functional status: values"
Description: "Values of the fact functioning: standard codes, and the project's own words."
* ^experimental = false
* include codes from valueset Present
* include codes from valueset Absent
* $values#functioning "Functioning"
* $values#non-functioning "Non-functioning"

ValueSet: SstrUptakeValue
Id: sstr-uptake-value
Title: "Somatostatin receptor uptake: values"
Description: "Values of the fact sstr-uptake: standard codes, and the project's own words."
* ^experimental = false
* include codes from valueset Present
* include codes from valueset Absent
* $values#strong "Strong uptake"
* $values#positive "Positive"
* $values#negative "Negative"

ValueSet: PortalVeinValue
Id: portal-vein-value
Title: "Portal vein: values"
Description: "Values of the fact portal-vein: the project's own words, for there are no standard codes."
* ^experimental = false
* $values#occluded "Occluded"
* $values#partial "Partly occluded"
* $values#patent "Patent"

ValueSet: LiverReserveValue
Id: liver-reserve-value
Title: "Liver reserve: values"
Description: "Values of the fact liver-reserve: standard codes, and the project's own words."
* ^experimental = false
* include codes from valueset ChildPughA
* include codes from valueset ChildPughB
* include codes from valueset ChildPughC
* $values#child-pugh-a "Child-Pugh A"
* $values#child-pugh-b "Child-Pugh B"
* $values#child-pugh-c "Child-Pugh C"
* $values#adequate "Adequate"
* $values#insufficient "Insufficient"

ValueSet: MarginsValue
Id: margins-value
Title: "Resection margins of the primary: values"
Description: "Values of the fact margins: the project's own words, for there are no standard codes."
* ^experimental = false
* $values#R0 "R0"
* $values#R1 "R1"
* $values#R2 "R2"

ValueSet: DiseaseStatusValue
Id: disease-status-value
Title: "Disease status: values"
Description: "Values of the fact disease-status: standard codes, and the project's own words."
* ^experimental = false
* include codes from valueset StatusStable
* include codes from valueset StatusProgressive
* include codes from valueset StatusResponding
* include codes from valueset StatusUndetermined
* $values#stable "Stable"
* $values#progressive "Progressive"
* $values#responding "Responding"

ValueSet: GeneticSyndromeValue
Id: genetic-syndrome-value
Title: "Genetic syndrome: values"
Description: "Values of the fact genetic-syndrome: the project's own words; standard codes are of conditions."
* ^experimental = false
* $values#men1 "Multiple endocrine neoplasia type 1"
* $values#vhl "Von Hippel-Lindau syndrome"
* $values#nf1 "Neurofibromatosis type 1"

ValueSet: PresenceValue
Id: presence-value
Title: "Present or absent"
Description: "Answers that affirm or deny: standard codes, and the project's own words."
* ^experimental = false
* include codes from valueset Present
* include codes from valueset Absent
* $values#present "Present"
* $values#absent "Absent"

ValueSet: YesNoValue
Id: yes-no-value
Title: "Yes or no"
Description: "Answers that affirm or deny: standard codes, and the project's own words."
* ^experimental = false
* include codes from valueset Present
* include codes from valueset Absent
* $values#yes "Yes"
* $values#no "No"

ValueSet: EcogValue
Id: ecog-value
Title: "ECOG: answers"
Description: "LOINC answers to the ECOG performance status."
* ^experimental = false
* include codes from valueset Ecog0
* include codes from valueset Ecog1
* include codes from valueset Ecog2
* include codes from valueset Ecog3
* include codes from valueset Ecog4
* include codes from valueset Ecog5

ValueSet: Ki67Category
Id: ki67-category
Title: "Ki-67: registry categories"
Description: "Registry categories that are read as an interval."
* ^experimental = false
* include codes from valueset Ki67Below3
* include codes from valueset Ki673To20
* include codes from valueset Ki67Above20

ValueSet: StagingMethod
Id: staging-method
Title: "Staging systems"
Description: "Systems that Observation.method of a T category or a stage group names."
* ^experimental = false
* include codes from valueset Ajcc7
* include codes from valueset Ajcc8
* include codes from valueset Ajcc9
* include codes from valueset Uicc
* $values#enets "ENETS"
* $values#ajcc-7 "AJCC, 7th edition"
* $values#ajcc-8 "AJCC, 8th edition"
* $values#ajcc-9 "AJCC, version 9"
* $values#uicc "UICC"

ValueSet: GradingMethod
Id: grading-method
Title: "Grading systems"
Description: "Methods that make a recorded grade a grade of neuroendocrine tumours."
* ^experimental = false
* include codes from valueset WhoGrading
* $values#who "WHO, ENETS or NET grading"

ValueSet: FactSite
Id: fact-site
Title: "Body sites"
Description: "Body sites that decide what a code or a size means."
* ^experimental = false
* include codes from valueset LiverSite
* include codes from valueset PancreasSite
* include codes from valueset ExtrahepaticSite
* include codes from valueset PeritoneumSite
* include codes from valueset LymphNodeSite

ValueSet: MetastasisSiteValue
Id: metastasis-site-value
Title: "Sites of metastasis"
Description: "Sites that the value of a distant-metastasis observation names."
* ^experimental = false
* include codes from valueset LiverSite
* include codes from valueset ExtrahepaticSite
* include codes from valueset PeritoneumSite
* include codes from valueset LymphNodeSite

ValueSet: PnetConditionCodes
Id: pnet-condition
Title: "Diagnoses of the tumour"
Description: "Codes of a condition that is, or with body site and morphology can be, a pancreatic neuroendocrine tumour."
* ^experimental = false
* include codes from valueset Pnet
* include codes from valueset PnetOfSomeSite
* include codes from valueset PancreaticTumour
* include codes from valueset DigestiveTumour
* include codes from valueset NonFunctioning
* include codes from valueset Insulinoma
* include codes from valueset Glucagonoma

ValueSet: LiverMetastasesConditionCodes
Id: liver-metastases-condition
Title: "Diagnoses of liver metastases"
Description: "Codes of a condition that is, or with the liver as body site can be, liver metastases."
* ^experimental = false
* include codes from valueset LiverMetastases
* include codes from valueset MetastasesOfSomeSite

ValueSet: ExtrahepaticMetastasesConditionCodes
Id: extrahepatic-metastases-condition
Title: "Diagnoses of metastases outside the liver"
Description: "Codes of a condition that is, or with its body site can be, a metastasis outside the liver."
* ^experimental = false
* include codes from valueset ExtrahepaticMetastases
* include codes from valueset PeritonealMetastases
* include codes from valueset DistantLymphNodeMetastases
* include codes from valueset LymphNodeMetastases
* include codes from valueset MetastasesOfSomeSite

ValueSet: SyndromeConditionCodes
Id: syndrome-condition
Title: "Hormonal syndromes"
Description: "Codes of a syndrome or a functioning tumour, and of the tumour that does not function."
* ^experimental = false
* include codes from valueset Insulinoma
* include codes from valueset Glucagonoma
* include codes from valueset Gastrinoma
* include codes from valueset Vipoma
* include codes from valueset CarcinoidSyndrome
* include codes from valueset GlucagonExcess
* include codes from valueset NonFunctioning

ValueSet: RightHeartConditionCodes
Id: right-heart-condition
Title: "Diagnoses of the right heart"
Description: "Codes of right heart dysfunction and of the valve finding that is shown beside it."
* ^experimental = false
* include codes from valueset RightHeartDysfunction
* include codes from valueset TricuspidRegurgitation

ValueSet: ComorbidityConditionCodes
Id: comorbidity-condition
Title: "Comorbidities"
Description: "Codes of the conditions that options caution about."
* ^experimental = false
* include codes from valueset Diabetes
* include codes from valueset Hypertension
* include codes from valueset Gallstones
* include codes from valueset Steatorrhoea
* include codes from valueset LungDisease
* include codes from valueset Cytopenia
* include codes from valueset AutoimmuneDisease

ValueSet: PancreaticResectionProcedureCodes
Id: pancreatic-resection-procedure
Title: "Resections of the primary"
Description: "Codes of procedures that resect the primary tumour."
* ^experimental = false
* include codes from valueset PancreaticResection
* include codes from valueset Pancreaticoduodenectomy
* $facts#primary-resected "Primary tumour resected"
* $facts#prior-pancreaticoduodenectomy "Prior pancreaticoduodenectomy"

ValueSet: PancreaticoduodenectomyCodes
Id: pancreaticoduodenectomy-codes
Title: "Pancreaticoduodenectomy: codes"
Description: "Codes of a pancreaticoduodenectomy: standard ones, and the project's own."
* ^experimental = false
* include codes from valueset Pancreaticoduodenectomy
* $facts#prior-pancreaticoduodenectomy "Prior pancreaticoduodenectomy"

ValueSet: ChildPughClasses
Id: child-pugh-classes
Title: "Child-Pugh classes"
Description: "Codes of the Child-Pugh classes, as a value or a condition."
* ^experimental = false
* include codes from valueset ChildPughA
* include codes from valueset ChildPughB
* include codes from valueset ChildPughC

ValueSet: DiagnosisCodes
Id: diagnosis-codes
Title: "Diagnoses as observations"
Description: "Codes of conditions that are read as the code of an observation, too."
* ^experimental = false
* include codes from valueset Pnet
* include codes from valueset PnetOfSomeSite
* include codes from valueset NonFunctioning
* include codes from valueset Insulinoma
* include codes from valueset Glucagonoma
* include codes from valueset Gastrinoma
* include codes from valueset Vipoma
* include codes from valueset CarcinoidSyndrome
* include codes from valueset LiverMetastases
* include codes from valueset MetastasesOfSomeSite
* include codes from valueset ExtrahepaticMetastases
* include codes from valueset PeritonealMetastases
* include codes from valueset DistantLymphNodeMetastases
* include codes from valueset RightHeartDysfunction
* include codes from valueset PortalVeinThrombosis
* include codes from valueset Diabetes
* include codes from valueset Hypertension
* include codes from valueset Gallstones
* include codes from valueset Steatorrhoea
* include codes from valueset LungDisease
* include codes from valueset Cytopenia
* include codes from valueset AutoimmuneDisease

ValueSet: SsaMedication
Id: ssa-medication
Title: "Somatostatin analogues"
Description: "Codes of the somatostatin analogues."
* ^experimental = false
* include codes from valueset Octreotide
* include codes from valueset Lanreotide
* include codes from valueset Pasireotide
* $facts#on-ssa "Current somatostatin analogue"

ValueSet: SystemicMedication
Id: systemic-medication
Title: "Systemic therapy"
Description: "Codes of medications that are systemic therapy of the tumour, somatostatin analogues aside."
* ^experimental = false
* include codes from valueset InterferonAlfa
* include codes from valueset Streptozocin
* include codes from valueset Fluorouracil
* include codes from valueset Doxorubicin
* include codes from valueset Epirubicin
* include codes from valueset Cisplatin
* include codes from valueset Carboplatin
* include codes from valueset Oxaliplatin
* include codes from valueset Etoposide
* include codes from valueset Dacarbazine
* include codes from valueset Temozolomide
* include codes from valueset Capecitabine
* include codes from valueset Everolimus
* include codes from valueset Sunitinib
* include codes from valueset Cabozantinib
* include codes from valueset Irinotecan
* include codes from valueset Bevacizumab
* include codes from valueset LutetiumDotatate
* $facts#prior-systemic-therapy "Prior systemic therapy"
