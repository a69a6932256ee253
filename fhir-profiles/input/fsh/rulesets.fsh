// Rules that several profiles share.

// The machine-readable place of "this profile feeds that fact".
RuleSet: Feeds(fact)
* ^useContext[+].code = $usage#focus
* ^useContext[=].valueCodeableConcept = $facts#{fact}

// What the reader rejects in any resource: content whose meaning an unknown extension or rule can turn round.
RuleSet: NoModifiers
* implicitRules 0..0
* modifierExtension 0..0

RuleSet: NumberValue
* value[x] only Quantity or Range or Ratio or integer or string or CodeableConcept

RuleSet: WordValue(valueset, strength)
* value[x] only CodeableConcept or string
* valueCodeableConcept from {valueset} ({strength})
* valueCodeableConcept MS

RuleSet: AnswerValue(valueset)
* value[x] only CodeableConcept or string or boolean
* valueCodeableConcept from {valueset} (required)
* valueCodeableConcept MS
