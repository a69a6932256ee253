// Proliferation, grade, differentiation, histology and margins.

Profile: Ki67Fact
Parent: FactObservation
Id: pnet-ki67
Title: "Ki-67"
Description: "Share of tumour cells that stain for Ki-67. mCODE 4.0.0 has no profile of it (it is not in its tumor marker value set); the closest is us-core-observation-lab."
* insert Feeds(ki67)
* code from Ki67Observation (required)
* insert NumberValue
* valueCodeableConcept from Ki67Category (extensible)
* valueCodeableConcept MS
* obeys pnet-percent-1 and pnet-percent-2
* bodySite from FactSite (extensible)
* bodySite ^comment = "Pancreas (the primary) or liver (a metastasis): of readings of one day the higher grade counts, and both are shown."

Profile: MitosesFact
Parent: FactObservation
Id: pnet-mitoses
Title: "Mitotic count"
Description: "Mitoses per 10 high-power fields or per 2 mm², which count the same. There is no mCODE or US Core profile and no standard code of it."
* insert Feeds(mitoses)
* code = $facts#mitoses
* insert NumberValue
* obeys pnet-mitoses-1

Profile: GradeFact
Parent: FactObservation
Id: pnet-grade
Title: "Recorded grade"
Description: "Grade as a report states it. Corresponds to mcode-histologic-grade 4.0.0. A grade counts as a grade of neuroendocrine tumours only where method, code or text says so; generic low, intermediate and high grades are not read."
* insert Feeds(grade-recorded)
* code from GradeRecordedObservation (required)
* insert WordValue(GradeRecordedValue, extensible)
* method from GradingMethod (extensible)

Profile: DifferentiationFact
Parent: FactObservation
Id: pnet-differentiation
Title: "Differentiation"
Description: "Well, moderate or poor differentiation. mCODE 4.0.0 records it as a value of mcode-histologic-grade, which is read here too."
* insert Feeds(differentiation)
* code from DifferentiationObservation (required)
* insert WordValue(DifferentiationValue, extensible)

Profile: HistologyFact
Parent: FactObservation
Id: pnet-histology
Title: "Histology"
Description: "Morphology of the tumour, which makes a diagnosis of the pancreas one of a neuroendocrine tumour. Corresponds to mcode-histologic-behavior-and-type 4.0.0."
* insert Feeds(pnet)
* code from Histology (required)
* value[x] only CodeableConcept
* value[x] from NeuroendocrineMorphology (extensible)
* value[x] ^comment = "Any ICD-O-3 code of a neuroendocrine family is read, with or without the sixth digit; text is not."
* bodySite from FactSite (extensible)

Profile: MarginsFact
Parent: FactObservation
Id: pnet-margins
Title: "Resection margins of the primary"
Description: "Residual tumour after resection of the primary: R0, R1 or R2. There is no mCODE 4.0.0 profile of it."
* insert Feeds(margins)
* code from MarginsObservation (required)
* insert WordValue(MarginsValue, extensible)
