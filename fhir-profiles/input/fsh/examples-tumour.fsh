// Size, extension and stage as records hold them.

Instance: tumour-size
InstanceOf: TumourSizeFact
Title: "Tumour size in a component, as mCODE has it"
Usage: #example
* insert Seen(2026-04-20)
* code = $loinc#21889-1 "Size Tumor"
* component[+].code = $loinc#33728-7 "Size.maximum dimension in Tumor"
* component[=].valueQuantity = 32 'mm' "mm"

Instance: tumour-size-value
InstanceOf: TumourSizeFact
Title: "Tumour size as a value, with the pancreas as body site"
Usage: #example
* insert Seen(2026-04)
* code = $loinc#21889-1
* bodySite = $sct#15776009 "Pancreatic structure"
* valueQuantity.value = 3.2
* valueQuantity.unit = "cm"

Instance: tumour-size-text
InstanceOf: TumourSizeFact
Title: "Tumour size as text with a decimal comma"
Usage: #example
* insert Seen(2026-04-20)
* code = $facts#tumour-size "Primary tumour size"
* valueString = "ca. 3,5 cm"

Instance: largest-liver-lesion
InstanceOf: LargestLiverLesionFact
Title: "Size of a liver lesion by its body site"
Usage: #example
* insert Seen(2026-04-20)
* code = $loinc#21889-1
* bodySite = $sct#10200004 "Liver structure"
* component[+].code = $loinc#33728-7
* component[=].valueQuantity = 41 'mm' "mm"

Instance: largest-liver-lesion-fact-code
InstanceOf: LargestLiverLesionFact
Title: "Size of the largest liver lesion with the project's own code"
Usage: #example
* insert Seen(2026-04-20)
* code = $facts#largest-liver-lesion "Largest liver lesion"
* valueQuantity.value = 5
* valueQuantity.comparator = #<
* valueQuantity.unit = "cm"
* valueQuantity.system = $ucum
* valueQuantity.code = #cm

Instance: tumour-extension
InstanceOf: TumourExtensionFact
Title: "Extension with two codings that hold together"
Usage: #example
* insert Seen(2026-04-20)
* code = $facts#tumour-extension "Primary tumour extension"
* valueCodeableConcept.coding[+] = $values#duodenum-or-bile-duct
* valueCodeableConcept.coding[+] = $values#large-vessels

Instance: t-category
InstanceOf: TCategoryFact
Title: "Pathological T with its staging system"
Usage: #example
* insert Seen(2026-02-11)
* code = $sct#384625004 "pT category (observable entity)"
* method = $sct#443830009
* valueCodeableConcept = $sct#1229852009 "American Joint Committee on Cancer pT2 (qualifier value)"

Instance: t-category-enets
InstanceOf: TCategoryFact
Title: "T of the ENETS system, by the project's code"
Usage: #example
* insert Seen(2026-02-11)
* code = $loinc#21911-3 "Primary tumor.other Cancer"
* method = $values#enets "ENETS"
* valueCodeableConcept = $values#T3 "T3"

Instance: t-category-text
InstanceOf: TCategoryFact
Title: "T as text, no staging system"
Usage: #example
* insert Seen(2026-02-11)
* code = $loinc#21899-0 "Primary tumor.pathology Cancer"
* valueString = "ypT2 (m)"

Instance: n-category
InstanceOf: NCategoryFact
Title: "Clinical N"
Usage: #example
* insert Seen(2026-04-20)
* code = $loinc#21906-3 "Regional lymph nodes.clinical [Class] Cancer"
* valueCodeableConcept = $values#N1 "N1"

Instance: n-category-not-assessed
InstanceOf: NCategoryFact
Title: "N that was not assessed: unknown, never N0"
Usage: #example
* insert Seen(2026-04-20)
* code = $sct#399534004
* valueCodeableConcept = $sct#1229966003 "American Joint Committee on Cancer cNX (qualifier value)"

Instance: m-category
InstanceOf: MCategoryFact
Title: "M1a of AJCC 8: liver only"
Usage: #example
* insert Seen(2026-04-20)
* code = $loinc#21907-1 "Distant metastases.clinical [Class] Cancer"
* method = $values#ajcc-8 "AJCC, 8th edition"
* valueCodeableConcept = $values#M1a "M1a"

Instance: m-category-with-site
InstanceOf: MCategoryFact
Title: "M1 with the liver as body site"
Usage: #example
* insert Seen(2026-04-20)
* code = $sct#277208005
* bodySite = $sct#10200004
* valueCodeableConcept.coding[+] = $ajcc#cM1 "cM1"
* valueCodeableConcept.coding[+] = $values#M1
* valueCodeableConcept.text = "cM1 (HEP)"

Instance: stage
InstanceOf: StageFact
Title: "Stage group with its categories as members"
Usage: #example
* insert Seen(2026-04-20)
* code = $sct#399537006
* method = $values#ajcc-7
* valueCodeableConcept = $sct#1222837003
* hasMember[+] = Reference(t-category)
* hasMember[+] = Reference(n-category)
* hasMember[+] = Reference(m-category)

Instance: stage-components
InstanceOf: StageFact
Title: "Stage group as text, its categories as components"
Usage: #example
* insert Seen(2026-04-20)
* code = $loinc#21908-9 "Stage group.clinical Cancer"
* valueString = "Stage 3B"
* component[+].code = $loinc#21905-5
* component[=].valueString = "cT4"
* component[+].code = $loinc#21906-3
* component[=].valueString = "cN1"
* component[+].code = $loinc#21907-1
* component[=].dataAbsentReason = $absent#unknown

Instance: stage-panel
InstanceOf: StageFact
Title: "TNM panel without a stage of its own, contained categories"
Usage: #example
* insert Seen(2026-04-20)
* code = $loinc#21914-7 "Stage group.other Cancer"
* contained[+] = stage-panel-n
* hasMember[+] = Reference(stage-panel-n)
* hasMember[+] = Reference(m-category-with-site)

Instance: stage-panel-n
InstanceOf: NCategoryFact
Usage: #inline
* insert Seen(2026-04-20)
* code = $loinc#21912-1
* valueCodeableConcept = $values#N0

Instance: metastasis-site
InstanceOf: MetastasisSiteFact
Title: "Liver metastasis as the German oncology data set records it"
Usage: #example
* insert Seen(2026-04-20)
* code = $sct#385421009 "Site of distant metastasis (observable entity)"
* valueCodeableConcept.coding[+] = $mii-metastases#HEP "Leber"
* valueCodeableConcept.coding[+] = $sct#258334004

Instance: history-of-liver-metastases
InstanceOf: HistoryOfLiverMetastasesFact
Title: "A history of liver metastases, denied"
Usage: #example
* insert Seen(2026-04-20)
* code = $sct#1098951000119108
* valueBoolean = false
