// Performance status and markers as laboratories send them.

Instance: ecog
InstanceOf: EcogFact
Title: "ECOG as an integer with its LOINC answer"
Usage: #example
* insert Seen(2026-05-12)
* code = $loinc#89247-1 "ECOG Performance Status score"
* valueInteger = 1
* interpretation = $loinc#LA9623-5

Instance: ecog-answer
InstanceOf: EcogFact
Title: "ECOG as a LOINC answer"
Usage: #example
* insert Seen(2026-05-12)
* code = $loinc#42800-3
* valueCodeableConcept = $loinc#LA9622-7

Instance: ecog-text
InstanceOf: EcogFact
Title: "ECOG between two values, as text"
Usage: #example
* insert Seen(2026-05-12)
* code = $facts#ecog
* valueString = "0-1"

Instance: karnofsky
InstanceOf: KarnofskyFact
Title: "Karnofsky performance status"
Usage: #example
* insert Seen(2026-05-12)
* code = $loinc#89243-0 "Karnofsky Performance Status score"
* valueInteger = 80

Instance: chromogranin-a
InstanceOf: ChromograninAFact
Title: "Chromogranin A with range and flag"
Usage: #example
* insert Seen(2026-05-06)
* code = $loinc#9811-1 "Chromogranin A [Mass/volume] in Serum or Plasma"
* valueQuantity = 412 'ng/mL' "ng/mL"
* referenceRange.high = 102 'ng/mL' "ng/mL"
* interpretation = $interpretation#H "High"

Instance: chromogranin-a-without-unit
InstanceOf: ChromograninAFact
Title: "Chromogranin A without a unit, range as text"
Usage: #example
* insert Seen(2026-05-06)
* code = $loinc#25587-7 "Chromogranin A [Moles/volume] in Serum or Plasma"
* valueQuantity.value = 8.50
* referenceRange.text = "< 3"

Instance: chromogranin-a-text
InstanceOf: ChromograninAFact
Title: "Chromogranin A below the limit of detection, as text"
Usage: #example
* insert Seen(2026-05-06)
* code = $loinc#9811-1
* valueString = "< 8.0"

Instance: hiaa
InstanceOf: HiaaFact
Title: "5-HIAA in 24-hour urine"
Usage: #example
* insert Seen(2026-05-06)
* code = $loinc#1695-6 "5-Hydroxyindoleacetate [Mass/time] in 24 hour Urine"
* valueQuantity = 14 'mg/(24.h)' "mg/24 h"
* referenceRange.high.value = 9
* referenceRange.high.unit = "mg/24h"

Instance: insulin
InstanceOf: InsulinFact
Title: "Insulin with a flag as text"
Usage: #example
* insert Seen(2026-05-06)
* code = $loinc#20448-7 "Insulin [Units/volume] in Serum or Plasma"
* valueQuantity = 31 'm[IU]/L' "mIU/L"
* interpretation.text = "high"

Instance: glucagon
InstanceOf: GlucagonFact
Title: "Glucagon with a unit as text only"
Usage: #example
* insert Seen(2026-05-06)
* code = $loinc#2338-2 "Glucagon [Mass/volume] in Plasma"
* valueQuantity.value = 1250
* valueQuantity.unit = "ng/l"

Instance: glucagon-molar
InstanceOf: GlucagonFact
Title: "Glucagon in mol per litre"
Usage: #example
* insert Seen(2026-05-06)
* code = $loinc#15073-0 "Glucagon [Moles/volume] in Plasma"
* valueQuantity = 90 'pmol/L' "pmol/L"

Instance: gastrin
InstanceOf: GastrinFact
Title: "Gastrin with a local code beside the standard one"
Usage: #example
* insert Seen(2026-05-06)
* code.coding[+] = $local#GAST "Gastrin (S)"
* code.coding[+] = $loinc#2333-3 "Gastrin [Mass/volume] in Serum or Plasma"
* valueQuantity = 540 'pg/mL' "pg/mL"
* referenceRange.low = 13 'pg/mL'
* referenceRange.high = 115 'pg/mL'

Instance: vip
InstanceOf: VipFact
Title: "VIP as text"
Usage: #example
* insert Seen(2026-05-06)
* code = $loinc#3125-2 "Vasoactive intestinal peptide [Mass/volume] in Plasma"
* valueString = "> 400 pg/mL"

Instance: vip-pending
InstanceOf: VipFact
Title: "VIP that is not back from the laboratory"
Usage: #example
* status = #registered
* subject = Reference(example-patient)
* code = $loinc#3125-2
