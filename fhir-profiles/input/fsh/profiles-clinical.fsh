// Patient, conditions, procedures and medications.

Profile: PnetPatient
Parent: Patient
Id: pnet-patient
Title: "Patient"
Description: "Corresponds to us-core-patient and mcode-cancer-patient. The birth date gives the age; without a day or month it gives an interval."
* insert Feeds(age)
* insert NoModifiers
* birthDate 1..1 MS

Profile: FactCondition
Parent: Condition
Id: pnet-fact-condition
Title: "Condition that states a fact"
Description: "What every condition that is read has in common. Corresponds to us-core-condition-problems-health-concerns."
* ^abstract = true
* insert NoModifiers
* clinicalStatus MS
* clinicalStatus ^comment = "active, recurrence, relapse or none: present; inactive, remission, resolved: absent now, except for the tumour itself."
* verificationStatus MS
* verificationStatus ^comment = "confirmed or none counts; refuted is absence; unconfirmed, provisional and differential are no evidence either way; entered-in-error never counts."
* code 1..1 MS
* bodySite MS
* subject MS
* subject only Reference(Patient)
* onset[x] MS
* recordedDate MS

Profile: TumourCondition
Parent: FactCondition
Id: pnet-condition
Title: "Diagnosis of the tumour"
Description: "Corresponds to mcode-primary-cancer-condition 4.0.0. Codes of pancreatic cancer without a kind count only with a neuroendocrine morphology, codes of a neuroendocrine tumour without a site only with the pancreas as body site."
* insert Feeds(pnet)
* insert Feeds(stage-recorded)
* insert Feeds(functioning)
* code from PnetConditionCodes (required)
* bodySite from FactSite (extensible)
* stage MS
* stage.summary MS
* stage.summary from StageRecordedValue (extensible)
* stage.type MS

Profile: LiverMetastasesCondition
Parent: FactCondition
Id: pnet-liver-metastases
Title: "Liver metastases"
Description: "Corresponds to mcode-secondary-cancer-condition 4.0.0. A code without a site needs the liver as body site."
* insert Feeds(liver-metastases)
* code from LiverMetastasesConditionCodes (required)
* bodySite from FactSite (extensible)

Profile: ExtrahepaticMetastasesCondition
Parent: FactCondition
Id: pnet-extrahepatic-metastases
Title: "Metastases outside the liver"
Description: "Corresponds to mcode-secondary-cancer-condition 4.0.0. Lymph node codes do not tell distant from regional; peritoneal codes do not tell how far they spread."
* insert Feeds(extrahepatic-metastases)
* insert Feeds(distant-lymph-node-metastases)
* code from ExtrahepaticMetastasesConditionCodes (required)
* bodySite from FactSite (extensible)

Profile: SyndromeCondition
Parent: FactCondition
Id: pnet-syndrome
Title: "Hormonal syndrome"
Description: "A syndrome or a functioning tumour makes the functional status. The closest US Core profile is us-core-condition-problems-health-concerns."
* insert Feeds(functioning)
* code from SyndromeConditionCodes (required)

Profile: PortalVeinThrombosisCondition
Parent: FactCondition
Id: pnet-portal-vein-thrombosis
Title: "Portal vein thrombosis"
Description: "Counts as an occluded portal vein where its extent is not recorded. The closest US Core profile is us-core-condition-problems-health-concerns."
* insert Feeds(portal-vein)
* code from PortalVeinThrombosis (required)

Profile: RightHeartCondition
Parent: FactCondition
Id: pnet-right-heart
Title: "Right heart disease"
Description: "Carcinoid heart disease and right heart failure; tricuspid regurgitation alone is shown, not used. The closest US Core profile is us-core-condition-problems-health-concerns."
* insert Feeds(right-heart-dysfunction)
* insert Feeds(functioning)
* code from RightHeartConditionCodes (required)

Profile: ComorbidityCondition
Parent: FactCondition
Id: pnet-comorbidity
Title: "Comorbidity"
Description: "Conditions that options caution about. They change no verdict. The closest mCODE 4.0.0 profile is mcode-comorbidities, a list; the closest US Core profile is us-core-condition-problems-health-concerns."
* insert Feeds(diabetes)
* insert Feeds(hypertension)
* insert Feeds(gallstones)
* insert Feeds(steatorrhoea)
* insert Feeds(lung-disease)
* insert Feeds(cytopenia)
* insert Feeds(autoimmune-disease)
* code from ComorbidityConditionCodes (required)

Profile: PresenceCondition
Parent: FactCondition
Id: pnet-presence-condition
Title: "Condition with the project's own code"
Description: "A condition with the project's own code of a fact that is present or absent. It is what a local code of a condition is mapped to. Corresponds to us-core-condition-problems-health-concerns."
* insert Feeds(pnet)
* insert Feeds(liver-metastases)
* insert Feeds(extrahepatic-metastases)
* insert Feeds(distant-lymph-node-metastases)
* insert Feeds(diffuse-peritoneal-metastases)
* insert Feeds(right-heart-dysfunction)
* insert Feeds(gi-shunt)
* insert Feeds(prior-pancreaticoduodenectomy)
* insert Feeds(on-ssa)
* insert Feeds(prior-systemic-therapy)
* insert Feeds(bilioenteric-anastomosis)
* insert Feeds(pregnancy)
* insert Feeds(renal-failure)
* insert Feeds(other-malignancy)
* insert Feeds(diabetes)
* insert Feeds(hypertension)
* insert Feeds(gallstones)
* insert Feeds(steatorrhoea)
* insert Feeds(lung-disease)
* insert Feeds(cytopenia)
* insert Feeds(autoimmune-disease)
* code from PresenceCodes (required)

Profile: ChildPughCondition
Parent: FactCondition
Id: pnet-child-pugh-condition
Title: "Child-Pugh class, as a condition"
Description: "A Child-Pugh class on the problem list. The closest US Core profile is us-core-condition-problems-health-concerns."
* insert Feeds(liver-reserve)
* code from ChildPughClasses (required)

Profile: ResectionProcedure
Parent: Procedure
Id: pnet-pancreatic-resection
Title: "Resection of the primary"
Description: "Corresponds to mcode-cancer-related-surgical-procedure 4.0.0. Only a completed procedure counts; not-done is no evidence of absence."
* insert Feeds(primary-resected)
* insert NoModifiers
* status MS
* code 1..1 MS
* code from PancreaticResectionProcedureCodes (required)
* subject MS
* subject only Reference(Patient)
* performed[x] MS

Profile: PancreaticoduodenectomyProcedure
Parent: ResectionProcedure
Id: pnet-pancreaticoduodenectomy
Title: "Pancreaticoduodenectomy"
Description: "Corresponds to mcode-cancer-related-surgical-procedure 4.0.0. Only a completed procedure counts."
* insert Feeds(primary-resected)
* insert Feeds(prior-pancreaticoduodenectomy)
* code from PancreaticoduodenectomyCodes (required)

Profile: AnalogueMedication
Parent: Medication
Id: pnet-ssa-medication
Title: "Somatostatin analogue, the drug"
Description: "The drug that a request, statement or administration refers to. Corresponds to us-core-medication."
* insert Feeds(on-ssa)
* insert Feeds(prior-systemic-therapy)
* insert NoModifiers
* code 1..1 MS
* code from SsaMedication (extensible)
* code obeys pnet-ssa-1

Profile: SystemicDrug
Parent: Medication
Id: pnet-systemic-medication
Title: "Systemic therapy, the drug"
Description: "The drug that a request, statement or administration refers to. Corresponds to us-core-medication."
* insert Feeds(prior-systemic-therapy)
* insert NoModifiers
* code 1..1 MS
* code from SystemicMedication (extensible)
* code obeys pnet-systemic-1

RuleSet: DrugOf(medication, valueset, rule)
* insert NoModifiers
* status MS
* medication[x] only CodeableConcept or Reference({medication})
* medication[x] MS
* medicationCodeableConcept MS
* medicationCodeableConcept from {valueset} (extensible)
* medicationCodeableConcept obeys {rule}
* subject MS
* subject only Reference(Patient)
* obeys pnet-medication-1

Profile: AnalogueRequest
Parent: MedicationRequest
Id: pnet-ssa-request
Title: "Somatostatin analogue, requested"
Description: "Corresponds to mcode-cancer-related-medication-request 4.0.0. Proposals, plans and options do not count."
* insert Feeds(on-ssa)
* insert Feeds(prior-systemic-therapy)
* insert DrugOf(AnalogueMedication, SsaMedication, pnet-ssa-1)
* intent MS
* doNotPerform MS
* authoredOn MS

Profile: AnalogueStatement
Parent: MedicationStatement
Id: pnet-ssa-statement
Title: "Somatostatin analogue, as stated"
Description: "There is no mCODE 4.0.0 profile of it; US Core uses requests."
* insert Feeds(on-ssa)
* insert Feeds(prior-systemic-therapy)
* insert DrugOf(AnalogueMedication, SsaMedication, pnet-ssa-1)
* effective[x] MS

Profile: AnalogueAdministration
Parent: MedicationAdministration
Id: pnet-ssa-administration
Title: "Somatostatin analogue, given"
Description: "Corresponds to mcode-cancer-related-medication-administration 4.0.0."
* insert Feeds(on-ssa)
* insert Feeds(prior-systemic-therapy)
* insert DrugOf(AnalogueMedication, SsaMedication, pnet-ssa-1)
* effective[x] MS

Profile: AnalogueDispense
Parent: MedicationDispense
Id: pnet-ssa-dispense
Title: "Somatostatin analogue, handed over"
Description: "A completed one says that the drug was given before, never that it is given now. mCODE 4.0.0 has no profile of it; the closest US Core profile is us-core-medicationdispense."
* insert Feeds(on-ssa)
* insert Feeds(prior-systemic-therapy)
* insert DrugOf(AnalogueMedication, SsaMedication, pnet-ssa-1)
* whenHandedOver MS

Profile: SystemicRequest
Parent: MedicationRequest
Id: pnet-systemic-request
Title: "Systemic therapy, requested"
Description: "Corresponds to mcode-cancer-related-medication-request 4.0.0. Proposals, plans and options do not count."
* insert Feeds(prior-systemic-therapy)
* insert DrugOf(SystemicDrug, SystemicMedication, pnet-systemic-1)
* intent MS
* doNotPerform MS
* authoredOn MS

Profile: SystemicStatement
Parent: MedicationStatement
Id: pnet-systemic-statement
Title: "Systemic therapy, as stated"
Description: "There is no mCODE 4.0.0 profile of it; US Core uses requests."
* insert Feeds(prior-systemic-therapy)
* insert DrugOf(SystemicDrug, SystemicMedication, pnet-systemic-1)
* effective[x] MS

Profile: SystemicAdministration
Parent: MedicationAdministration
Id: pnet-systemic-administration
Title: "Systemic therapy, given"
Description: "Corresponds to mcode-cancer-related-medication-administration 4.0.0."
* insert Feeds(prior-systemic-therapy)
* insert DrugOf(SystemicDrug, SystemicMedication, pnet-systemic-1)
* effective[x] MS

Profile: SystemicDispense
Parent: MedicationDispense
Id: pnet-systemic-dispense
Title: "Systemic therapy, handed over"
Description: "A completed one says that the drug was given before, never that it is given now. mCODE 4.0.0 has no profile of it; the closest US Core profile is us-core-medicationdispense."
* insert Feeds(prior-systemic-therapy)
* insert DrugOf(SystemicDrug, SystemicMedication, pnet-systemic-1)
* whenHandedOver MS
