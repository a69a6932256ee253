// A synthetic patient with conditions, procedures and medications as records hold them.

Instance: example-patient
InstanceOf: PnetPatient
Title: "Synthetic patient"
Usage: #example
* name.family = "Synthetic"
* name.given = "Example"
* gender = #female
* birthDate = "1968-03-14"

Instance: example-patient-year
InstanceOf: PnetPatient
Title: "Synthetic patient whose birth date has a year only"
Usage: #example
* name.text = "Synthetic Example the Second"
* birthDate = "1971"

Instance: pnet
InstanceOf: TumourCondition
Title: "Tumour with SNOMED CT and ICD-10-CM codes and a stage"
Usage: #example
* insert DiagnosedOn(2025-09-01)
* code.coding[+] = $sct#1208744003 "Non-functioning neuroendocrine neoplasm of pancreas (disorder)"
* code.coding[+] = $icd-10-cm#C7A.8
* code.text = "Neuroendocrine tumour of the pancreatic tail"
* bodySite = $sct#73239005
* onsetDateTime = "2025"
* stage.summary = $values#IV "Stage IV"
* stage.type = $values#enets

Instance: pnet-by-site
InstanceOf: TumourCondition
Title: "Tumour without a site in its code, the pancreas as body site, in remission"
Usage: #example
* clinicalStatus = $clinical#remission
* subject = Reference(example-patient)
* code = $icd-10-cm#C7A.8 "Other malignant neuroendocrine tumors"
* bodySite = $sct#15776009
* onsetString = "about two years ago"

Instance: pnet-icd-without-dot
InstanceOf: TumourCondition
Title: "Tumour with a local code and text beside the ICD-10 code"
Usage: #example
* insert DiagnosedOn(2025-09)
* code.coding[+] = $local#DX-PNET "NET Pankreas"
* code.coding[+] = $icd-10#C25.4 "Malignant neoplasm: Endocrine pancreas"

Instance: liver-metastases
InstanceOf: LiverMetastasesCondition
Title: "Liver metastases"
Usage: #example
* insert DiagnosedOn(2025-09-15)
* code = $sct#94381002 "Secondary malignant neoplasm of liver (disorder)"

Instance: liver-metastases-by-site
InstanceOf: LiverMetastasesCondition
Title: "Secondary neuroendocrine tumour with the liver as body site"
Usage: #example
* insert DiagnosedOn(2025-09-15)
* code = $icd-10-cm#C7B.8 "Other secondary neuroendocrine tumors"
* bodySite = $sct#10200004 "Liver structure (body structure)"

Instance: liver-metastases-refuted
InstanceOf: LiverMetastasesCondition
Title: "Liver metastases that were refuted: absent"
Usage: #example
* verificationStatus = $verification#refuted
* subject = Reference(example-patient)
* code = $icd-10#C78.7
* recordedDate = "2025-08"

Instance: extrahepatic-metastases
InstanceOf: ExtrahepaticMetastasesCondition
Title: "Bone metastases by an ICD-10-CM code below its family"
Usage: #example
* insert DiagnosedOn(2026-01-20)
* code = $icd-10-cm#C79.51 "Secondary malignant neoplasm of bone"

Instance: lymph-node-metastases
InstanceOf: ExtrahepaticMetastasesCondition
Title: "Lymph node metastases that need not be distant"
Usage: #example
* insert DiagnosedOn(2026-01-20)
* code = $icd-10#C77.2

Instance: syndrome
InstanceOf: SyndromeCondition
Title: "Carcinoid syndrome"
Usage: #example
* insert DiagnosedOn(2025-10-01)
* code = $sct#35868009 "Carcinoid syndrome (disorder)"

Instance: syndrome-icd
InstanceOf: SyndromeCondition
Title: "Zollinger-Ellison syndrome, provisional: no evidence either way"
Usage: #example
* verificationStatus = $verification#provisional
* subject = Reference(example-patient)
* code = $icd-10#E16.4
* code.text = "V. a. Zollinger-Ellison-Syndrom"

Instance: portal-vein-thrombosis
InstanceOf: PortalVeinThrombosisCondition
Title: "Portal vein thrombosis"
Usage: #example
* insert DiagnosedOn(2026-03-03)
* code = $icd-10#I81

Instance: right-heart
InstanceOf: RightHeartCondition
Title: "Carcinoid heart disease, in two code systems"
Usage: #example
* insert DiagnosedOn(2026-03-03)
* code.coding[+] = $icd-10-cm#E34.01
* code.coding[+] = $sct#36222008

Instance: comorbidity
InstanceOf: ComorbidityCondition
Title: "Diabetes by a code below its family"
Usage: #example
* insert DiagnosedOn(2019)
* code = $icd-10-cm#E11.9

Instance: comorbidity-resolved
InstanceOf: ComorbidityCondition
Title: "Gallstones that are resolved"
Usage: #example
* clinicalStatus = $clinical#resolved
* subject = Reference(example-patient)
* code = $sct#235919008
* onsetPeriod.start = "2018"
* abatementDateTime = "2019-06"

Instance: presence-condition-renal
InstanceOf: PresenceCondition
Title: "Renal failure under the project's code"
Usage: #example
* insert DiagnosedOn(2025-02)
* code = $facts#renal-failure "Renal failure"

Instance: presence-condition
InstanceOf: PresenceCondition
Title: "Diffuse peritoneal metastases under a local code and the project's"
Usage: #example
* insert DiagnosedOn(2026-03)
* code.coding[+] = $local#DX-PERC "Peritoneal carcinomatosis"
* code.coding[+] = $facts#diffuse-peritoneal-metastases

Instance: child-pugh-condition
InstanceOf: ChildPughCondition
Title: "Child-Pugh class on the problem list"
Usage: #example
* insert DiagnosedOn(2026-05-12)
* code = $sct#710065009

Instance: pancreatic-resection
InstanceOf: ResectionProcedure
Title: "Distal pancreatectomy, known to the month"
Usage: #example
* status = #completed
* code = $sct#401004 "Distal subtotal pancreatectomy (procedure)"
* subject = Reference(example-patient)
* performedDateTime = "2026-02"

Instance: pancreatic-resection-not-done
InstanceOf: ResectionProcedure
Title: "Resection that was not done: no evidence of absence"
Usage: #example
* status = #not-done
* code = $sct#33149006 "Pancreatectomy (procedure)"
* subject = Reference(example-patient)

Instance: pancreaticoduodenectomy
InstanceOf: PancreaticoduodenectomyProcedure
Title: "Whipple operation with a local code beside the standard one"
Usage: #example
* status = #completed
* code.coding[+] = $local#OP-WHIPPLE
* code.coding[+] = $sct#116241004
* subject = Reference(example-patient)
* performedPeriod.start = "2024-11-04"

Instance: ssa-medication
InstanceOf: AnalogueMedication
Title: "Lanreotide"
Usage: #example
* code = $atc#H01CB03 "Lanreotide"

Instance: ssa-request
InstanceOf: AnalogueRequest
Title: "Order of a contained drug"
Usage: #example
* status = #active
* intent = #order
* contained[+] = ssa-request-drug
* medicationReference = Reference(ssa-request-drug)
* subject = Reference(example-patient)
* authoredOn = "2026-01"

Instance: ssa-request-drug
InstanceOf: AnalogueMedication
Usage: #inline
* code = $atc#H01CB02 "Octreotide"

Instance: ssa-request-stopped
InstanceOf: AnalogueRequest
Title: "Order that was stopped, with several codings"
Usage: #example
* status = #stopped
* intent = #order
* medicationCodeableConcept.coding[+] = $local#MED-4711 "Sandostatin LAR 30 mg"
* medicationCodeableConcept.coding[+] = $hcpcs#J2353
* medicationCodeableConcept.text = "octreotide LAR 30 mg i.m. every 28 days"
* subject = Reference(example-patient)

Instance: ssa-statement
InstanceOf: AnalogueStatement
Title: "Analogue that the patient takes"
Usage: #example
* status = #active
* medicationReference = Reference(ssa-medication)
* subject = Reference(example-patient)
* effectivePeriod.start = "2025-12"

Instance: ssa-administration
InstanceOf: AnalogueAdministration
Title: "Analogue that was given"
Usage: #example
* status = #completed
* medicationCodeableConcept = $rxnorm#68092 "lanreotide"
* subject = Reference(example-patient)
* effectiveDateTime = "2026-05-02"

Instance: ssa-request-text-only
InstanceOf: AnalogueRequest
Title: "Order by text that names the ingredient"
Usage: #example
* status = #active
* intent = #order
* medicationCodeableConcept.text = "Somatuline Autogel (Lanreotide) 120 mg s.c."
* subject = Reference(example-patient)
* authoredOn = "2026-02-01"

Instance: ssa-statement-display-only
InstanceOf: AnalogueStatement
Title: "Analogue named by the display of a reference that leads nowhere"
Usage: #example
* status = #stopped
* medicationReference.display = "pasireotide 40 mg"
* subject = Reference(example-patient)

Instance: systemic-medication
InstanceOf: SystemicDrug
Title: "Everolimus"
Usage: #example
* code = $rxnorm#141704 "everolimus"

Instance: systemic-request
InstanceOf: SystemicRequest
Title: "Order of everolimus"
Usage: #example
* status = #completed
* intent = #order
* medicationReference = Reference(systemic-medication)
* subject = Reference(example-patient)
* authoredOn = "2025-11-03"

Instance: systemic-statement
InstanceOf: SystemicStatement
Title: "Temozolomide that the patient took, known to the year"
Usage: #example
* status = #completed
* medicationCodeableConcept.coding[+] = $atc#L01AX03 "Temozolomide"
* medicationCodeableConcept.text = "CAPTEM"
* subject = Reference(example-patient)
* effectiveDateTime = "2024"

Instance: systemic-administration
InstanceOf: SystemicAdministration
Title: "Radionuclide therapy that was given"
Usage: #example
* status = #completed
* medicationCodeableConcept = $hcpcs#A9513 "Lutetium Lu 177, dotatate, therapeutic, 1 millicurie"
* subject = Reference(example-patient)
* effectivePeriod.start = "2025-11-20"
* effectivePeriod.end = "2025-11-20"

Instance: systemic-administration-product
InstanceOf: SystemicAdministration
Title: "Product code with a display that names the ingredient"
Usage: #example
* status = #completed
* medicationCodeableConcept = $rxnorm#309311 "cisplatin 1 MG/ML Injectable Solution"
* subject = Reference(example-patient)
* effectiveDateTime = "2025-03-18T09:30:00Z"

Instance: ssa-dispense
InstanceOf: AnalogueDispense
Title: "Analogue that the pharmacy handed over"
Usage: #example
* status = #completed
* medicationCodeableConcept = $atc#H01CB03 "Lanreotide"
* subject = Reference(example-patient)
* whenHandedOver = "2026-01-12"

Instance: systemic-dispense
InstanceOf: SystemicDispense
Title: "Capecitabine that the pharmacy handed over"
Usage: #example
* status = #completed
* medicationCodeableConcept.coding[+] = $atc#L01BC06 "Capecitabine"
* medicationCodeableConcept.text = "capecitabine 500 mg"
* subject = Reference(example-patient)
* whenHandedOver = "2025-08-04"

Instance: site-code-map
InstanceOf: ConceptMap
Title: "A site's own codes"
Description: "What a site mounts to have its own codes read: questions to facts, answers to fact values."
Usage: #example
* url = "http://example.org/synthetic-hospital/ConceptMap/pnet-cds"
* status = #active
* group[+].source = $local
* group[=].target = $facts
* group[=].element[+].code = #IHC-KI67
* group[=].element[=].display = "Ki-67 index"
* group[=].element[=].target.code = #ki67
* group[=].element[=].target.equivalence = #equivalent
* group[=].element[+].code = #MET-LYM-D
* group[=].element[=].target.code = #distant-lymph-node-metastases
* group[=].element[=].target.equivalence = #equivalent
* group[+].source = $local
* group[=].target = $values
* group[=].element[+].code = #GR-1
* group[=].element[=].target.code = #G1
* group[=].element[=].target.equivalence = #equivalent
