// What examples share. Every patient, name and number in them is made up.

RuleSet: Seen(date)
* status = #final
* subject = Reference(example-patient)
* effectiveDateTime = "{date}"

RuleSet: DiagnosedOn(date)
* clinicalStatus = $clinical#active
* verificationStatus = $verification#confirmed
* subject = Reference(example-patient)
* recordedDate = "{date}"
