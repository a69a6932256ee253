// Performance status and tumour markers.

Profile: EcogFact
Parent: FactObservation
Id: pnet-ecog
Title: "ECOG performance status"
Description: "Corresponds to mcode-ecog-performance-status 4.0.0."
* insert Feeds(ecog)
* code from EcogObservation (required)
* value[x] only integer or Quantity or Range or CodeableConcept or string
* valueCodeableConcept from EcogValue (extensible)
* valueCodeableConcept MS
* obeys pnet-ecog-1

Profile: KarnofskyFact
Parent: FactObservation
Id: pnet-karnofsky
Title: "Karnofsky performance status"
Description: "Corresponds to mcode-karnofsky-performance-status 4.0.0. It is converted to ECOG: 100 to 0, 80-90 to 1, 60-70 to 2, 40-50 to 3, 10-30 to 4, 0 to 5."
* insert Feeds(ecog)
* code from Karnofsky (required)
* value[x] only integer or Quantity or CodeableConcept or string
* obeys pnet-karnofsky-1

Profile: MarkerFact
Parent: FactObservation
Id: pnet-tumour-marker
Title: "Tumour marker"
Description: "What all markers have in common. Corresponds to mcode-tumor-marker-test 4.0.0. The laboratory's own reference range or interpretation says whether a value is high, where the review prints no limit."
* ^abstract = true
* insert NumberValue
* referenceRange.low MS
* referenceRange.high MS
* referenceRange.text MS

Profile: ChromograninAFact
Parent: MarkerFact
Id: pnet-chromogranin-a
Title: "Chromogranin A"
Description: "Corresponds to mcode-tumor-marker-test 4.0.0. Mass, amount and arbitrary units are never converted into each other: the assays differ."
* insert Feeds(chromogranin-a)
* code from ChromograninAObservation (required)

Profile: HiaaFact
Parent: MarkerFact
Id: pnet-5-hiaa
Title: "5-HIAA"
Description: "Corresponds to mcode-tumor-marker-test 4.0.0."
* insert Feeds(5-hiaa)
* code from HiaaObservation (required)

Profile: InsulinFact
Parent: MarkerFact
Id: pnet-insulin
Title: "Insulin"
Description: "Corresponds to mcode-tumor-marker-test 4.0.0."
* insert Feeds(insulin)
* code from InsulinObservation (required)

Profile: GlucagonFact
Parent: MarkerFact
Id: pnet-glucagon
Title: "Glucagon"
Description: "Corresponds to mcode-tumor-marker-test 4.0.0. It is compared with 1000 pg/mL; readings in mol are converted."
* insert Feeds(glucagon)
* insert Feeds(functioning)
* code from GlucagonObservation (required)
* obeys pnet-peptide-1

Profile: GastrinFact
Parent: MarkerFact
Id: pnet-gastrin
Title: "Gastrin"
Description: "Corresponds to mcode-tumor-marker-test 4.0.0."
* insert Feeds(gastrin)
* code from GastrinObservation (required)

Profile: VipFact
Parent: MarkerFact
Id: pnet-vip
Title: "Vasoactive intestinal peptide"
Description: "Corresponds to mcode-tumor-marker-test 4.0.0. It is compared with 200 pg/mL; readings in mol are converted."
* insert Feeds(vip)
* insert Feeds(functioning)
* code from VipObservation (required)
* obeys pnet-peptide-1
