// Pathology as records hold it.

Instance: ki67
InstanceOf: Ki67Fact
Title: "Ki-67 as a UCUM quantity"
Usage: #example
* insert Seen(2026-05-04)
* code = $loinc#29593-1 "Cells.Ki-67 nuclear Ag/cells in Tissue by Immune stain"
* valueQuantity = 8 '%' "%"

Instance: ki67-text-below-3
InstanceOf: Ki67Fact
Title: "Ki-67 as text with a comparator"
Usage: #example
* insert Seen(2026-05-04T10:15:00+02:00)
* code = $loinc#29593-1
* valueString = "<3 %"

Instance: ki67-range
InstanceOf: Ki67Fact
Title: "Ki-67 as a range"
Usage: #example
* insert Seen(2026-05-04)
* code = $loinc#29593-1
* valueRange.low = 3 '%' "%"
* valueRange.high = 5 '%' "%"

Instance: ki67-dash-and-decimal-comma
InstanceOf: Ki67Fact
Title: "Ki-67 as text with a dash and decimal commas, known to the month"
Usage: #example
* insert Seen(2026-05)
* code = $facts#ki67 "Ki-67"
* valueString = "3–7,5 %"

Instance: ki67-comparator
InstanceOf: Ki67Fact
Title: "Ki-67 with a comparator and a unit as text only, amended"
Usage: #example
* status = #amended
* subject = Reference(example-patient)
* effectivePeriod.start = "2026-05-02"
* effectivePeriod.end = "2026-05-04"
* code = $loinc#29593-1
* valueQuantity.value = 20
* valueQuantity.comparator = #>
* valueQuantity.unit = "percent"

Instance: ki67-several-codings
InstanceOf: Ki67Fact
Title: "Ki-67 with a local code, a standard code and text, of a metastasis, preliminary"
Usage: #example
* status = #preliminary
* subject.reference = "https://ehr.example.org/fhir/Patient/synthetic-1/_history/3"
* issued = "2026-05-04T10:15:00.000+02:00"
* code.coding[+] = $local#IHC-KI67 "Ki-67 index"
* code.coding[+] = $loinc#85330-9 "Cells.Ki-67 nuclear Ag/100 cells in Breast cancer specimen by Immune stain"
* code.text = "Ki-67 (MIB-1)"
* valueQuantity = 0.12 '1'
* bodySite = $sct#10200004 "Liver structure"

Instance: ki67-registry-category
InstanceOf: Ki67Fact
Title: "Ki-67 as a registry category"
Usage: #example
* insert Seen(2026)
* code = $loinc#29593-1
* valueCodeableConcept = $naaccr-3863#XXX.5 "Ki-67 stated as 3%-20%"

Instance: ki67-not-done
InstanceOf: Ki67Fact
Title: "Ki-67 that was not measured"
Usage: #example
* insert Seen(2026-05-04)
* code = $loinc#29593-1
* dataAbsentReason = $absent#not-performed

Instance: mitoses
InstanceOf: MitosesFact
Title: "Mitotic count with a unit as text only"
Usage: #example
* insert Seen(2026-05-04)
* code = $facts#mitoses "Mitotic count"
* valueQuantity.value = 4
* valueQuantity.unit = "/10 HPF"

Instance: mitoses-per-2-mm2
InstanceOf: MitosesFact
Title: "Mitotic count per 2 mm² in UCUM"
Usage: #example
* insert Seen(2026-05-04)
* code = $facts#mitoses
* valueQuantity = 1 '/(2.mm2)' "per 2 mm²"

Instance: mitoses-text
InstanceOf: MitosesFact
Title: "Mitotic count as text"
Usage: #example
* insert Seen(2026-05-04)
* code = $facts#mitoses
* code.text = "Mitosen"
* valueString = "2/10 HPF"

Instance: mitoses-ratio
InstanceOf: MitosesFact
Title: "Mitotic count as a ratio"
Usage: #example
* insert Seen(2026-05-04)
* code = $facts#mitoses
* valueRatio.numerator.value = 12
* valueRatio.denominator.value = 50
* valueRatio.denominator.unit = "HPF"

Instance: grade
InstanceOf: GradeFact
Title: "Grade with its grading system"
Usage: #example
* insert Seen(2026-05-04)
* code = $ncit#C18000 "Histologic Grade"
* method = $sct#1149430001 "World Health Organization classification of tumors histologic grading system fifth edition"
* valueCodeableConcept = $sct#1663004 "G2 grade (finding)"

Instance: grade-text
InstanceOf: GradeFact
Title: "Grade as text that names the system"
Usage: #example
* insert Seen(2026-05-04)
* code = $loinc#33732-9 "Histology grade [Identifier] in Cancer specimen"
* valueString = "NET G2 (WHO 2019)"

Instance: grade-several-codings
InstanceOf: GradeFact
Title: "Grade with a local and a standard value"
Usage: #example
* insert Seen(2026-05-04)
* code = $sct#1149044001 "Histologic grade of malignant neuroendocrine neoplasm of pancreas"
* valueCodeableConcept.coding[+] = $local#GR-1
* valueCodeableConcept.coding[+] = $values#G1 "G1"
* valueCodeableConcept.text = "gut differenzierter NET, G1"

Instance: differentiation
InstanceOf: DifferentiationFact
Title: "Differentiation"
Usage: #example
* insert Seen(2026-05-04)
* code = $facts#differentiation "Differentiation"
* valueCodeableConcept = $sct#373375007 "Well differentiated histological grade finding (finding)"

Instance: differentiation-in-a-grade
InstanceOf: DifferentiationFact
Title: "Differentiation as the value of a grade observation"
Usage: #example
* insert Seen(2026-05-04)
* code = $sct#371469007 "Histologic grade (observable entity)"
* valueCodeableConcept = $sct#373373000
* valueCodeableConcept.text = "poorly differentiated"

Instance: histology
InstanceOf: HistologyFact
Title: "Morphology as ICD-O-3"
Usage: #example
* insert Seen(2026-05-04)
* code = $loinc#31206-6 "Behavior ICD-O-3"
* valueCodeableConcept = $icd-o-3#8240/3

Instance: histology-with-grade-digit
InstanceOf: HistologyFact
Title: "Morphology with the grade as sixth digit, in a site of the pancreas"
Usage: #example
* insert Seen(2026-05-04)
* code = $loinc#59847-4 "Histology and Behavior ICD-O-3 Cancer"
* bodySite.text = "pancreas"
* valueCodeableConcept.coding[+] = $icd-o-3#8249/32
* valueCodeableConcept.text = "Atypical carcinoid, G2"

Instance: margins
InstanceOf: MarginsFact
Title: "Resection margins"
Usage: #example
* insert Seen(2026-02-11)
* code = $loinc#84892-9 "Residual tumor classification"
* valueCodeableConcept = $values#R0 "R0"

Instance: margins-text
InstanceOf: MarginsFact
Title: "Resection margins as text"
Usage: #example
* insert Seen(2026-02)
* code = $sct#17964000 "Residual tumor stage (observable entity)"
* valueString = "R1"

Instance: report
InstanceOf: PathologyReport
Title: "Pathology report with contained and referenced observations"
Usage: #example
* status = #final
* code.text = "Histopathology"
* subject = Reference(example-patient)
* effectiveDateTime = "2026-05-04"
* contained[+] = report-ki67
* contained[+] = report-mitoses
* result[+] = Reference(report-ki67)
* result[+] = Reference(report-mitoses)
* result[+] = Reference(grade)
* conclusion = "Neuroendocrine tumour of the pancreas, NET G2. Ki-67 4 %, 3 mitoses per 2 mm²."

Instance: report-ki67
InstanceOf: Ki67Fact
Usage: #inline
* insert Seen(2026-05-04)
* code = $loinc#29593-1
* valueString = "ca. 4 %"

Instance: report-mitoses
InstanceOf: MitosesFact
Usage: #inline
* insert Seen(2026-05-04)
* code = $facts#mitoses
* valueString = "3/2 mm2"
