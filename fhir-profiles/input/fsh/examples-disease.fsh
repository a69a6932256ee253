// Liver, resectability, function, uptake and course as records hold them.

Instance: presence-boolean
InstanceOf: PresenceFact
Title: "No metastases outside the liver, as a boolean"
Usage: #example
* insert Seen(2026-04-20)
* code = $facts#extrahepatic-metastases "Extrahepatic metastases"
* valueBoolean = false

Instance: presence-coded
InstanceOf: PresenceFact
Title: "A shunt that is absent, with a standard answer"
Usage: #example
* insert Seen(2026-04-20)
* code = $facts#gi-shunt
* valueCodeableConcept = $sct#2667000 "Absent (qualifier value)"

Instance: presence-interpretation
InstanceOf: PresenceFact
Title: "Right heart dysfunction by interpretation only"
Usage: #example
* insert Seen(2026-04-20)
* code = $facts#right-heart-dysfunction
* interpretation = $interpretation#POS "Positive"

Instance: presence-local-code
InstanceOf: PresenceFact
Title: "Distant lymph nodes with a local code beside the mapped one, as text"
Usage: #example
* insert Seen(2026-04-20)
* code.coding[+] = $local#MET-LYM-D "Distant lymph nodes"
* code.coding[+] = $facts#distant-lymph-node-metastases
* valueString = "present"

Instance: liver-involvement
InstanceOf: LiverInvolvementFact
Title: "Liver involvement"
Usage: #example
* insert Seen(2026-04-20)
* code = $facts#liver-involvement "Liver involvement"
* valueQuantity = 30 '%' "%"

Instance: liver-involvement-text
InstanceOf: LiverInvolvementFact
Title: "Liver involvement as text"
Usage: #example
* insert Seen(2026-04-20)
* code = $facts#liver-involvement
* valueString = "50-75 %"

Instance: liver-lesion-count
InstanceOf: LiverLesionCountFact
Title: "Number of liver lesions"
Usage: #example
* insert Seen(2026-04-20)
* code = $facts#liver-lesion-count "Liver lesion count"
* valueInteger = 4

Instance: liver-lesion-count-at-least
InstanceOf: LiverLesionCountFact
Title: "More lesions than were counted"
Usage: #example
* insert Seen(2026-04-20)
* code = $facts#liver-lesion-count
* valueQuantity.value = 10
* valueQuantity.comparator = #>=
* valueQuantity.unit = "lesions"
* valueQuantity.system = $ucum
* valueQuantity.code = #{lesions}

Instance: liver-distribution
InstanceOf: LiverDistributionFact
Title: "Both lobes of the liver"
Usage: #example
* insert Seen(2026-04-20)
* code = $facts#liver-distribution "Liver distribution"
* valueCodeableConcept = $values#bilobar "Bilobar"

Instance: lesion-location
InstanceOf: LesionLocationFact
Title: "Lesions near vital structures and at the surface"
Usage: #example
* insert Seen(2026-04-20)
* code = $facts#lesion-location "Lesion location"
* valueCodeableConcept.coding[+] = $values#near-vital-structure
* valueCodeableConcept.coding[+] = $values#liver-surface

Instance: liver-reserve
InstanceOf: LiverReserveFact
Title: "Child-Pugh class with a SNOMED CT value"
Usage: #example
* insert Seen(2026-04-20)
* code = $facts#liver-reserve "Liver reserve"
* valueCodeableConcept = $sct#710065009

Instance: liver-reserve-text
InstanceOf: LiverReserveFact
Title: "Child-Pugh class as text"
Usage: #example
* insert Seen(2026-04-20)
* code = $facts#liver-reserve
* valueString = "child-pugh-b"

Instance: portal-vein
InstanceOf: PortalVeinFact
Title: "Portal vein partly occluded"
Usage: #example
* insert Seen(2026-04-20)
* code = $facts#portal-vein "Portal vein"
* valueCodeableConcept = $values#partial

Instance: resectability
InstanceOf: ResectabilityFact
Title: "Resectable, in the judgement of the tumour board"
Usage: #example
* insert Seen(2026-05-12)
* code = $facts#resectability "Resectability"
* valueCodeableConcept = $values#resectable "Resectable"
* valueCodeableConcept.text = "Resectable in two steps (tumour board)"

Instance: primary-resectable
InstanceOf: PrimaryResectableFact
Title: "Primary that can be resected, with a standard yes"
Usage: #example
* insert Seen(2026-05-12)
* code = $facts#primary-resectable "Primary tumour resectable"
* valueCodeableConcept = $loinc#LA33-6 "Yes"

Instance: resectable-fraction
InstanceOf: ResectableFractionFact
Title: "Expected debulking over 90 %"
Usage: #example
* insert Seen(2026-05-12)
* code = $facts#resectable-fraction
* valueQuantity = 90 '%' "%"
* valueQuantity.comparator = #>

Instance: primary-resected
InstanceOf: PrimaryResectedFact
Title: "Primary in situ"
Usage: #example
* insert Seen(2026-05-12)
* code = $facts#primary-resected "Primary tumour resected"
* valueBoolean = false

Instance: functioning
InstanceOf: FunctioningFact
Title: "Tumour that does not function"
Usage: #example
* insert Seen(2026-05-12)
* code = $facts#functioning "Functional status"
* valueCodeableConcept = $values#non-functioning

Instance: genetic-syndrome
InstanceOf: GeneticSyndromeFact
Title: "Multiple endocrine neoplasia type 1"
Usage: #example
* insert Seen(2025-11-03)
* code = $facts#genetic-syndrome "Genetic syndrome"
* valueCodeableConcept = $values#men1 "Multiple endocrine neoplasia type 1"

Instance: presence-pregnancy
InstanceOf: PresenceFact
Title: "Pregnancy that is denied, as a boolean"
Usage: #example
* insert Seen(2026-05-12)
* code = $facts#pregnancy "Pregnancy"
* valueBoolean = false

Instance: presence-other-malignancy
InstanceOf: PresenceFact
Title: "Another malignancy, with a standard answer"
Usage: #example
* insert Seen(2026-05-12)
* code = $facts#other-malignancy "Other malignancy"
* valueCodeableConcept = $sct#52101004 "Present (qualifier value)"

Instance: symptoms-controlled
InstanceOf: SymptomsControlledFact
Title: "Symptoms that treatment does not control"
Usage: #example
* insert Seen(2026-05-12)
* code = $facts#symptoms-controlled "Symptoms controlled"
* valueCodeableConcept = $values#no

Instance: sstr-uptake
InstanceOf: ReceptorUptakeFact
Title: "Krenning score"
Usage: #example
* insert Seen(2026-04-28)
* code = $facts#sstr-uptake "Somatostatin receptor uptake"
* valueInteger = 3

Instance: sstr-uptake-scan
InstanceOf: ReceptorUptakeFact
Title: "Uptake in scintigraphy, positive without a score"
Usage: #example
* insert Seen(2026-04-28)
* code = $loinc#39828-9 "Scan for endocrine tumor whole body W In-111 pentetreotide IV"
* valueCodeableConcept = $sct#10828004 "Positive (qualifier value)"

Instance: disease-status
InstanceOf: DiseaseStatusFact
Title: "Stable disease since a day"
Usage: #example
* status = #final
* subject = Reference(example-patient)
* code = $loinc#97509-4 "Cancer disease progression"
* effectivePeriod.start = "2025-10-01"
* effectivePeriod.end = "2026-05-12"
* valueCodeableConcept = $sct#359746009

Instance: disease-status-recist
InstanceOf: DiseaseStatusFact
Title: "Response by RECIST"
Usage: #example
* insert Seen(2026-05)
* code = $loinc#88040-1 "Response to cancer treatment"
* valueCodeableConcept.coding[+] = $loinc#LA28369-9 "Partial response"
* valueCodeableConcept.text = "PR (RECIST 1.1)"

Instance: functioning-boolean
InstanceOf: FunctioningFact
Title: "Tumour that functions, as a boolean"
Usage: #example
* insert Seen(2026-05)
* code = $facts#functioning
* valueBoolean = true

Instance: diagnosis
InstanceOf: DiagnosisObservation
Title: "Liver metastases as an observation, denied by interpretation"
Usage: #example
* insert Seen(2025-06-01)
* code = $sct#94381002 "Secondary malignant neoplasm of liver (disorder)"
* interpretation = $interpretation#NEG "Negative"

Instance: child-pugh
InstanceOf: ChildPughFact
Title: "Child-Pugh class under a local code"
Usage: #example
* insert Seen(2026-05-12)
* code.coding[+] = $local#CPS "Child-Pugh"
* code.text = "Child-Pugh score"
* valueCodeableConcept = $sct#710066005

Instance: age
InstanceOf: AgeFact
Title: "Age as an observation"
Usage: #example
* insert Seen(2026-05-12)
* code = $facts#age "Age"
* valueQuantity = 58 'a' "years"
