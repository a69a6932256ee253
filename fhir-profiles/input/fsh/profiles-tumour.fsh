// Size, extension, TNM and stage.

Profile: TumourSizeFact
Parent: FactObservation
Id: pnet-tumour-size
Title: "Size of the primary tumour"
Description: "Greatest dimension of the primary tumour. Corresponds to mcode-tumor-size 4.0.0, which has it in a component; a value is read too. A size whose body site is the liver is the largest liver lesion."
* insert Feeds(tumour-size)
* code from TumourSizeObservation (required)
* insert NumberValue
* bodySite from FactSite (extensible)
* component.code MS
* component.value[x] MS
* obeys pnet-length-1 and pnet-size-1

Profile: LargestLiverLesionFact
Parent: FactObservation
Id: pnet-largest-liver-lesion
Title: "Size of the largest liver lesion"
Description: "Greatest dimension of the largest metastasis in the liver: a tumour size (mcode-tumor-size 4.0.0) with the liver as body site, or the project's own code."
* insert Feeds(largest-liver-lesion)
* code from LargestLiverLesionObservation (required)
* insert NumberValue
* bodySite from LiverSite (required)
* component.code MS
* component.value[x] MS
* obeys pnet-length-1 and pnet-size-1 and pnet-lesion-1

Invariant: pnet-lesion-1
Description: "A tumour size with a standard code is one of the liver only if its body site says so."
Severity: #error
Expression: "code.coding.where(system = 'https://pnet-cds.github.io/fhir/CodeSystem/facts').exists() or bodySite.exists()"

Profile: TumourExtensionFact
Parent: FactObservation
Id: pnet-tumour-extension
Title: "Extension of the primary tumour"
Description: "Structures that the primary tumour reaches: one observation or component each, or several codings of one value. There is no mCODE or US Core profile and no standard code of it."
* insert Feeds(tumour-extension)
* code = $facts#tumour-extension
* insert WordValue(TumourExtensionValue, required)

Profile: TCategoryFact
Parent: FactObservation
Id: pnet-t-category
Title: "T category"
Description: "Corresponds to mcode-tnm-primary-tumor-category 4.0.0. A T category counts for the staging system that the method names; without one it is shown and not used."
* insert Feeds(t)
* code from TObservation (required)
* insert WordValue(TValue, extensible)
* method from StagingMethod (extensible)

Profile: NCategoryFact
Parent: FactObservation
Id: pnet-n-category
Title: "N category"
Description: "Corresponds to mcode-tnm-regional-nodes-category 4.0.0. It belongs to every staging system."
* insert Feeds(n)
* code from NObservation (required)
* insert WordValue(NValue, extensible)
* method from StagingMethod (extensible)

Profile: MCategoryFact
Parent: FactObservation
Id: pnet-m-category
Title: "M category"
Description: "Corresponds to mcode-tnm-distant-metastases-category 4.0.0. M1a, M1b and M1c say liver only, elsewhere only and both in AJCC 8 and 9 alone."
* insert Feeds(m)
* insert Feeds(liver-metastases)
* insert Feeds(extrahepatic-metastases)
* code from MObservation (required)
* insert WordValue(MValue, extensible)
* method from StagingMethod (extensible)
* bodySite from FactSite (extensible)

Profile: StageFact
Parent: FactObservation
Id: pnet-stage
Title: "Recorded stage"
Description: "Corresponds to mcode-tnm-stage-group 4.0.0. It is compared with the stage that the service works out; the categories that it names as members or components are read each."
* insert Feeds(stage-recorded)
* insert Feeds(t)
* insert Feeds(n)
* insert Feeds(m)
* code from StageRecordedObservation (required)
* insert WordValue(StageRecordedValue, extensible)
* method from StagingMethod (extensible)
* component.code MS
* component.value[x] MS

Profile: MetastasisSiteFact
Parent: FactObservation
Id: pnet-metastasis-site
Title: "Site of a distant metastasis"
Description: "A metastasis recorded as an observation whose value is its site, as the German oncology data set does. mCODE 4.0.0 uses a Condition (mcode-secondary-cancer-condition), which is read as well."
* insert Feeds(liver-metastases)
* insert Feeds(extrahepatic-metastases)
* insert Feeds(distant-lymph-node-metastases)
* code from MetastasisSite (required)
* insert WordValue(MetastasisSiteValue, extensible)

Profile: HistoryOfLiverMetastasesFact
Parent: FactObservation
Id: pnet-history-of-liver-metastases
Title: "History of liver metastases"
Description: "Corresponds to mcode-history-of-metastatic-cancer 4.0.0. False denies liver metastases; true says nothing about now."
* insert Feeds(liver-metastases)
* code from HistoryOfLiverMetastases (required)
* value[x] only boolean
