// Value sets that the reader knows: values.

ValueSet: Absent
Id: absent
Title: "Absent"
Description: "Values that deny."
* ^experimental = false
* insert LoincAndSnomedCopyright
* $interpretation#NEG "Negative"
* $interpretation#ND "Not detected"
* $sct#2667000 "Absent"
* $sct#260385009 "Negative"
* $sct#260415000 "Not detected"
* $sct#373067005 "No"
* $loinc#LA9634-2 "Absent"
* $loinc#LA6577-6 "Negative"
* $loinc#LA11883-8 "Not detected"
* $loinc#LA32-8 "No"

ValueSet: ChildPughA
Id: child-pugh-a
Title: "Child-Pugh class A"
Description: "Values for Child-Pugh class A; they name what they value."
* ^experimental = false
* insert SnomedCopyright
* $sct#710065009 "Child-Pugh score class A"

ValueSet: ChildPughB
Id: child-pugh-b
Title: "Child-Pugh class B"
Description: "Values for Child-Pugh class B; they name what they value."
* ^experimental = false
* insert SnomedCopyright
* $sct#710066005 "Child-Pugh score class B"

ValueSet: ChildPughC
Id: child-pugh-c
Title: "Child-Pugh class C"
Description: "Values for Child-Pugh class C; they name what they value."
* ^experimental = false
* insert SnomedCopyright
* $sct#710067001 "Child-Pugh score class C"

ValueSet: DifferentiationModerate
Id: differentiation-moderate
Title: "Differentiation: moderate"
Description: "Values for moderate differentiation."
* ^experimental = false
* insert SnomedCopyright
* $sct#373377004 "Moderately differentiated histological grade finding (finding)"

ValueSet: DifferentiationPoor
Id: differentiation-poor
Title: "Differentiation: poor"
Description: "Values for poor differentiation."
* ^experimental = false
* insert SnomedCopyright
* $sct#373373000 "Poorly differentiated histological grade finding (finding)"

ValueSet: DifferentiationWell
Id: differentiation-well
Title: "Differentiation: well"
Description: "Values for well differentiation."
* ^experimental = false
* insert SnomedCopyright
* $sct#373375007 "Well differentiated histological grade finding (finding)"

ValueSet: Ecog0
Id: ecog-0
Title: "ECOG 0"
Description: "Answers for ECOG 0."
* ^experimental = false
* insert LoincCopyright
* $loinc#LA9622-7 "Fully active, able to carry on all pre-disease performance without restriction"

ValueSet: Ecog1
Id: ecog-1
Title: "ECOG 1"
Description: "Answers for ECOG 1."
* ^experimental = false
* insert LoincCopyright
* $loinc#LA9623-5 "Restricted in physically strenuous activity but ambulatory ..."

ValueSet: Ecog2
Id: ecog-2
Title: "ECOG 2"
Description: "Answers for ECOG 2."
* ^experimental = false
* insert LoincCopyright
* $loinc#LA9624-3 "Ambulatory and capable of all selfcare but unable to carry out any work activities ..."

ValueSet: Ecog3
Id: ecog-3
Title: "ECOG 3"
Description: "Answers for ECOG 3."
* ^experimental = false
* insert LoincCopyright
* $loinc#LA9625-0 "Capable of only limited selfcare, confined to bed or chair more than 50% of waking hours"

ValueSet: Ecog4
Id: ecog-4
Title: "ECOG 4"
Description: "Answers for ECOG 4."
* ^experimental = false
* insert LoincCopyright
* $loinc#LA9626-8 "Completely disabled ..."

ValueSet: Ecog5
Id: ecog-5
Title: "ECOG 5"
Description: "Answers for ECOG 5."
* ^experimental = false
* insert LoincCopyright
* $loinc#LA9627-6 "Dead"

ValueSet: GradeG1
Id: grade-g1
Title: "Grade G1"
Description: "Values for grade G1. Generic low, intermediate and high grades are not among them."
* ^experimental = false
* insert SnomedCopyright
* $sct#1228848004 "American Joint Committee on Cancer grade G1 (qualifier value)"
* $sct#54102005 "G1 grade (finding)"

ValueSet: GradeG2
Id: grade-g2
Title: "Grade G2"
Description: "Values for grade G2. Generic low, intermediate and high grades are not among them."
* ^experimental = false
* insert SnomedCopyright
* $sct#1228850007 "American Joint Committee on Cancer grade G2 (qualifier value)"
* $sct#1663004 "G2 grade (finding)"

ValueSet: GradeG3
Id: grade-g3
Title: "Grade G3"
Description: "Values for grade G3. Generic low, intermediate and high grades are not among them."
* ^experimental = false
* insert SnomedCopyright
* $sct#1228851006 "American Joint Committee on Cancer grade G3 (qualifier value)"
* $sct#61026006 "G3 grade (finding)"

ValueSet: GradeNotAssessed
Id: grade-not-assessed
Title: "Grade not assessed"
Description: "Values that say that the grade is not known."
* ^experimental = false
* insert SnomedCopyright
* $sct#1228845001 "American Joint Committee on Cancer grade GX (qualifier value)"

ValueSet: Ki673To20
Id: ki67-3-to-20
Title: "Ki-67 stated as 3%-20%"
Description: "Registry category of the Ki-67 index, read as an interval."
* ^experimental = false
* $naaccr-3863#XXX.5 "Ki-67 stated as 3%-20%"

ValueSet: Ki67Above20
Id: ki67-above-20
Title: "Ki-67 stated as greater than 20%"
Description: "Registry category of the Ki-67 index, read as an interval."
* ^experimental = false
* $naaccr-3863#XXX.6 "Ki-67 stated as greater than 20%"

ValueSet: Ki67Below3
Id: ki67-below-3
Title: "Ki-67 stated as less than 3%"
Description: "Registry category of the Ki-67 index, read as an interval."
* ^experimental = false
* $naaccr-3863#XXX.4 "Ki-67 stated as less than 3%"

ValueSet: Present
Id: present
Title: "Present"
Description: "Values that affirm."
* ^experimental = false
* insert LoincAndSnomedCopyright
* $interpretation#POS "Positive"
* $interpretation#DET "Detected"
* $sct#52101004 "Present"
* $sct#10828004 "Positive"
* $sct#260373001 "Detected"
* $sct#373066001 "Yes"
* $loinc#LA9633-4 "Present"
* $loinc#LA6576-8 "Positive"
* $loinc#LA11882-0 "Detected"
* $loinc#LA33-6 "Yes"

ValueSet: StageIi
Id: stage-ii
Title: "Stage II"
Description: "Values for stage group II."
* ^experimental = false
* insert SnomedCopyright
* $sct#1222765007 "American Joint Committee on Cancer stage II (qualifier value)"

ValueSet: StageIib
Id: stage-iib
Title: "Stage IIB"
Description: "Values for stage group IIB."
* ^experimental = false
* insert SnomedCopyright
* $sct#1222769001 "American Joint Committee on Cancer stage IIB (qualifier value)"

ValueSet: StageIiic
Id: stage-iiic
Title: "Stage IIIC"
Description: "Values for stage group IIIC."
* ^experimental = false
* insert SnomedCopyright
* $sct#1222806003 "American Joint Committee on Cancer stage IIIC (qualifier value)"

ValueSet: StageIv
Id: stage-iv
Title: "Stage IV"
Description: "Values for stage group IV."
* ^experimental = false
* insert SnomedCopyright
* $sct#1222837003 "American Joint Committee on Cancer stage IV (qualifier value)"

ValueSet: StatusProgressive
Id: status-progressive
Title: "Progressive disease"
Description: "Values for progressive disease."
* ^experimental = false
* insert LoincAndSnomedCopyright
* $sct#271299001 "Patient's condition worsened (finding)"
* $sct#419835002 "Tumor progression (finding)"
* $loinc#LA28370-7 "Progressive disease"

ValueSet: StatusResponding
Id: status-responding
Title: "Responding disease"
Description: "Values for disease that responds to treatment."
* ^experimental = false
* insert LoincAndSnomedCopyright
* $sct#268910001 "Patient's condition improved (finding)"
* $loinc#LA28366-5 "Complete response"
* $loinc#LA28369-9 "Partial response"

ValueSet: StatusStable
Id: status-stable
Title: "Stable disease"
Description: "Values for stable disease."
* ^experimental = false
* insert LoincAndSnomedCopyright
* $sct#359746009 "Patient's condition stable (finding)"
* $sct#260388006 "No status change (qualifier value)"
* $loinc#LA28371-5 "Stable disease"

ValueSet: StatusUndetermined
Id: status-undetermined
Title: "Disease status undetermined"
Description: "Values that say that the course is not known."
* ^experimental = false
* insert SnomedCopyright
* $sct#709137006 "Patient condition undetermined (finding)"

ValueSet: TnmM0
Id: tnm-m0
Title: "M0"
Description: "Values for M0, whatever the prefix."
* ^experimental = false
* insert SnomedCopyright
* $sct#1229901006 "American Joint Committee on Cancer cM0 (qualifier value)"

ValueSet: TnmM1
Id: tnm-m1
Title: "M1"
Description: "Values for M1, whatever the prefix."
* ^experimental = false
* insert SnomedCopyright
* $sct#1229903009 "American Joint Committee on Cancer cM1 (qualifier value)"
* $sct#1229916009 "American Joint Committee on Cancer pM1 (qualifier value)"

ValueSet: TnmM1a
Id: tnm-m1a
Title: "M1a"
Description: "Values for M1a, whatever the prefix."
* ^experimental = false
* insert SnomedCopyright
* $sct#1229904003 "American Joint Committee on Cancer cM1a (qualifier value)"
* $sct#1229917000 "American Joint Committee on Cancer pM1a (qualifier value)"

ValueSet: TnmM1b
Id: tnm-m1b
Title: "M1b"
Description: "Values for M1b, whatever the prefix."
* ^experimental = false
* insert SnomedCopyright
* $sct#1229907005 "American Joint Committee on Cancer cM1b (qualifier value)"
* $sct#1229920008 "American Joint Committee on Cancer pM1b (qualifier value)"

ValueSet: TnmM1c
Id: tnm-m1c
Title: "M1c"
Description: "Values for M1c, whatever the prefix."
* ^experimental = false
* insert SnomedCopyright
* $sct#1229910003 "American Joint Committee on Cancer cM1c (qualifier value)"
* $sct#1229923005 "American Joint Committee on Cancer pM1c (qualifier value)"

ValueSet: TnmN0
Id: tnm-n0
Title: "N0"
Description: "Values for N0, whatever the prefix."
* ^experimental = false
* insert SnomedCopyright
* $sct#1229967007 "American Joint Committee on Cancer cN0 (qualifier value)"
* $sct#1229947003 "American Joint Committee on Cancer pN0 (qualifier value)"
* $sct#1229878000 "American Joint Committee on Cancer ypN0 (qualifier value)"

ValueSet: TnmN1
Id: tnm-n1
Title: "N1"
Description: "Values for N1, whatever the prefix."
* ^experimental = false
* insert SnomedCopyright
* $sct#1229973008 "American Joint Committee on Cancer cN1 (qualifier value)"
* $sct#1229951001 "American Joint Committee on Cancer pN1 (qualifier value)"
* $sct#1229884002 "American Joint Committee on Cancer ypN1 (qualifier value)"

ValueSet: TnmNotAssessed
Id: tnm-not-assessed
Title: "TNM category not assessed"
Description: "Values TX, T0 and NX: unknown for staging."
* ^experimental = false
* insert SnomedCopyright
* $sct#1222604002 "American Joint Committee on Cancer cTX (qualifier value)"
* $sct#1228950008 "American Joint Committee on Cancer pTX (qualifier value)"
* $sct#1228882005 "American Joint Committee on Cancer cT0 (qualifier value)"
* $sct#1228951007 "American Joint Committee on Cancer pT0 (qualifier value)"
* $sct#1229966003 "American Joint Committee on Cancer cNX (qualifier value)"
* $sct#1229945006 "American Joint Committee on Cancer pNX (qualifier value)"

ValueSet: TnmT1
Id: tnm-t1
Title: "T1"
Description: "Values for T1, whatever the prefix."
* ^experimental = false
* insert SnomedCopyright
* $sct#1228889001 "American Joint Committee on Cancer cT1 (qualifier value)"
* $sct#1228957006 "American Joint Committee on Cancer pT1 (qualifier value)"
* $sct#1228869002 "American Joint Committee on Cancer ypT1 (qualifier value)"

ValueSet: TnmT2
Id: tnm-t2
Title: "T2"
Description: "Values for T2, whatever the prefix."
* ^experimental = false
* insert SnomedCopyright
* $sct#1228929004 "American Joint Committee on Cancer cT2 (qualifier value)"
* $sct#1229852009 "American Joint Committee on Cancer pT2 (qualifier value)"
* $sct#1228910005 "American Joint Committee on Cancer ypT2 (qualifier value)"

ValueSet: TnmT3
Id: tnm-t3
Title: "T3"
Description: "Values for T3, whatever the prefix."
* ^experimental = false
* insert SnomedCopyright
* $sct#1228938002 "American Joint Committee on Cancer cT3 (qualifier value)"
* $sct#1229859000 "American Joint Committee on Cancer pT3 (qualifier value)"
* $sct#1228917008 "American Joint Committee on Cancer ypT3 (qualifier value)"

ValueSet: TnmT4
Id: tnm-t4
Title: "T4"
Description: "Values for T4, whatever the prefix."
* ^experimental = false
* insert SnomedCopyright
* $sct#1228944003 "American Joint Committee on Cancer cT4 (qualifier value)"
* $sct#1229864001 "American Joint Committee on Cancer pT4 (qualifier value)"
* $sct#1228922008 "American Joint Committee on Cancer ypT4 (qualifier value)"
