// Liver, resectability, function, uptake and course.

Profile: LiverInvolvementFact
Parent: FactObservation
Id: pnet-liver-involvement
Title: "Liver involvement"
Description: "Share of the liver parenchyma that tumour replaces. There is no mCODE or US Core profile and no standard code of it."
* insert Feeds(liver-involvement)
* code = $facts#liver-involvement
* insert NumberValue
* obeys pnet-percent-1 and pnet-percent-2

Profile: LiverLesionCountFact
Parent: FactObservation
Id: pnet-liver-lesion-count
Title: "Number of liver lesions"
Description: "Number of metastases in the liver. There is no mCODE or US Core profile and no standard code of it."
* insert Feeds(liver-lesion-count)
* code = $facts#liver-lesion-count
* insert NumberValue
* obeys pnet-count-1

Profile: LiverDistributionFact
Parent: FactObservation
Id: pnet-liver-distribution
Title: "Distribution over the liver lobes"
Description: "Unilobar or bilobar. There is no mCODE or US Core profile and no standard code of it."
* insert Feeds(liver-distribution)
* code = $facts#liver-distribution
* insert WordValue(LiverDistributionValue, required)

Profile: LesionLocationFact
Parent: FactObservation
Id: pnet-lesion-location
Title: "Location of liver lesions"
Description: "Near a vital structure, at the liver surface, or neither; several may hold. There is no mCODE or US Core profile and no standard code of it."
* insert Feeds(lesion-location)
* code = $facts#lesion-location
* insert WordValue(LesionLocationValue, required)

Profile: LiverReserveFact
Parent: FactObservation
Id: pnet-liver-reserve
Title: "Liver reserve"
Description: "A Child-Pugh class, or adequate or insufficient in the judgement recorded. There is no mCODE or US Core profile of it."
* insert Feeds(liver-reserve)
* code = $facts#liver-reserve
* insert WordValue(LiverReserveValue, required)

Profile: ChildPughFact
Parent: FactObservation
Id: pnet-child-pugh
Title: "Child-Pugh class by its value"
Description: "An observation with any code whose value is a Child-Pugh class: the value says what it is of. There is no mCODE or US Core profile of it."
* insert Feeds(liver-reserve)
* value[x] 1..1
* value[x] only CodeableConcept
* value[x] from ChildPughClasses (required)

Profile: PortalVeinFact
Parent: FactObservation
Id: pnet-portal-vein
Title: "Portal vein"
Description: "Occluded, partly occluded or patent. There is no mCODE or US Core profile and no standard code of it."
* insert Feeds(portal-vein)
* code = $facts#portal-vein
* insert WordValue(PortalVeinValue, required)

Profile: ResectabilityFact
Parent: FactObservation
Id: pnet-resectability
Title: "Resectability"
Description: "Whether the whole disease can be resected completely, in the judgement recorded. There is no mCODE or US Core profile and no standard code of it."
* insert Feeds(resectability)
* code = $facts#resectability
* insert AnswerValue(ResectabilityValue)

Profile: PrimaryResectableFact
Parent: FactObservation
Id: pnet-primary-resectable
Title: "Resectability of the primary"
Description: "Whether the primary tumour alone can be resected. There is no mCODE or US Core profile and no standard code of it."
* insert Feeds(primary-resectable)
* code = $facts#primary-resectable
* insert AnswerValue(YesNoValue)

Profile: ResectableFractionFact
Parent: FactObservation
Id: pnet-resectable-fraction
Title: "Resectable fraction of the tumour mass"
Description: "Share of the tumour mass that debulking is expected to remove. There is no mCODE or US Core profile and no standard code of it."
* insert Feeds(resectable-fraction)
* code = $facts#resectable-fraction
* insert NumberValue
* obeys pnet-percent-1 and pnet-percent-2

Profile: PrimaryResectedFact
Parent: FactObservation
Id: pnet-primary-resected
Title: "Primary resected"
Description: "Whether the primary tumour was resected; only this observation can state that it was not. mCODE 4.0.0 has the procedure only (mcode-cancer-related-surgical-procedure), which is read as well."
* insert Feeds(primary-resected)
* code = $facts#primary-resected
* insert AnswerValue(YesNoValue)

Profile: FunctioningFact
Parent: FactObservation
Id: pnet-functioning
Title: "Functional status"
Description: "Functioning or non-functioning, as stated. There is no mCODE or US Core profile and no standard code of it; a syndrome as a Condition is read as well."
* insert Feeds(functioning)
* code = $facts#functioning
* insert AnswerValue(FunctioningValue)

Profile: GeneticSyndromeFact
Parent: FactObservation
Id: pnet-genetic-syndrome
Title: "Genetic syndrome"
Description: "A hereditary syndrome with neuroendocrine tumours; several may hold. It decides nothing and is shown. There is no mCODE or US Core profile of it; a syndrome as a Condition is read as well."
* insert Feeds(genetic-syndrome)
* code = $facts#genetic-syndrome
* insert WordValue(GeneticSyndromeValue, required)

Profile: SymptomsControlledFact
Parent: FactObservation
Id: pnet-symptoms-controlled
Title: "Symptoms controlled"
Description: "Whether medical or hormonal treatment controls the symptoms. There is no mCODE or US Core profile and no standard code of it."
* insert Feeds(symptoms-controlled)
* code = $facts#symptoms-controlled
* insert AnswerValue(YesNoValue)

Profile: ReceptorUptakeFact
Parent: FactObservation
Id: pnet-sstr-uptake
Title: "Somatostatin receptor uptake"
Description: "Krenning score 0 to 4, or strong, positive or negative uptake, from scintigraphy or PET. There is no mCODE profile of it; the closest is us-core-observation-clinical-result."
* insert Feeds(sstr-uptake)
* code from SstrUptakeObservation (required)
* value[x] only integer or Quantity or Range or CodeableConcept or string or boolean
* valueCodeableConcept from SstrUptakeValue (extensible)
* valueCodeableConcept MS
* obeys pnet-krenning-1

Profile: DiseaseStatusFact
Parent: FactObservation
Id: pnet-disease-status
Title: "Disease status"
Description: "Stable, progressive or responding. Corresponds to mcode-cancer-disease-status 4.0.0. The start of the effective period says since when."
* insert Feeds(disease-status)
* code from DiseaseStatusObservation (required)
* insert WordValue(DiseaseStatusValue, extensible)
