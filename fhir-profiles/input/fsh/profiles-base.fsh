// What all observations that state a fact have in common, and the general ones.

Profile: FactObservation
Parent: Observation
Id: pnet-fact-observation
Title: "Observation of a fact"
Description: "What every observation that is read has in common. The closest US Core profiles are us-core-observation-lab and us-core-observation-clinical-result; an observation that conforms to them conforms to this one if it has a patient as subject."
* ^abstract = true
* insert NoModifiers
* status MS
* status ^comment = "final, amended and corrected count; preliminary counts and is shown as such; registered, cancelled, entered-in-error and unknown never count."
* category MS
* code MS
* code ^comment = "Further codings, the site's own among them, may stand beside the one that is recognised."
* subject 1..1 MS
* subject only Reference(Patient)
* effective[x] MS
* effective[x] ^comment = "The newest reading counts; of a period its end. A date may lack day or month."
* issued MS
* value[x] MS
* value[x] only Quantity or CodeableConcept or string or boolean or integer or Range or Ratio
* value[x] ^comment = "A text is read as a number or an interval where it is one: `<3 %`, `3-5 %`, `ca. 15 %`, `0,5 %`."
* dataAbsentReason MS
* interpretation MS
* bodySite MS
* bodySite ^comment = "By a code, or by the plain word liver or pancreas as text."
* method MS
* referenceRange MS
* component MS
* hasMember MS
* obeys pnet-obs-1

Profile: PresenceFact
Parent: FactObservation
Id: pnet-presence
Title: "Presence of a condition, as an observation"
Description: "An observation with the project's own code of a fact that is present or absent. There is no mCODE or US Core profile of it: they use a Condition, which is read as well."
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
* insert AnswerValue(PresenceValue)

Profile: DiagnosisObservation
Parent: FactObservation
Id: pnet-diagnosis
Title: "Diagnosis or finding, as an observation"
Description: "An observation whose code is that of a condition and whose value affirms or denies it. There is no mCODE or US Core profile of it: they use a Condition, which is read as well."
* insert Feeds(pnet)
* insert Feeds(liver-metastases)
* insert Feeds(extrahepatic-metastases)
* insert Feeds(distant-lymph-node-metastases)
* insert Feeds(right-heart-dysfunction)
* insert Feeds(functioning)
* insert Feeds(portal-vein)
* insert Feeds(diabetes)
* insert Feeds(hypertension)
* insert Feeds(gallstones)
* insert Feeds(steatorrhoea)
* insert Feeds(lung-disease)
* insert Feeds(cytopenia)
* insert Feeds(autoimmune-disease)
* code from DiagnosisCodes (required)
* insert AnswerValue(PresenceValue)

Profile: AgeFact
Parent: FactObservation
Id: pnet-age
Title: "Age, as an observation"
Description: "Age in years, used only where the patient has no birth date. There is no mCODE or US Core profile of it."
* insert Feeds(age)
* code = $facts#age
* insert NumberValue
* obeys pnet-age-1

Invariant: pnet-age-1
Description: "A UCUM unit of an age is a time: a, mo, wk or d."
Severity: #error
Expression: "value.ofType(Quantity).combine(value.ofType(Range).low).combine(value.ofType(Range).high).where(system = 'http://unitsofmeasure.org' and code.exists()).all(code in ('a' | 'mo' | 'wk' | 'd'))"

Profile: PathologyReport
Parent: DiagnosticReport
Id: pnet-report
Title: "Report with its observations"
Description: "A report whose observations, contained or referenced, are read. Its conclusion, narrative and textual attachments are searched for what could be recorded: text states no fact. The closest US Core profile is us-core-diagnosticreport-lab."
* insert NoModifiers
* status MS
* code MS
* subject 1..1 MS
* subject only Reference(Patient)
* effective[x] MS
* result MS
