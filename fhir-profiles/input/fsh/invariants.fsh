// Rules that cardinality and binding cannot say.

Invariant: pnet-obs-1
Description: "An observation states something: a value, an interpretation, a component, a member, or why there is no value."
Severity: #error
Expression: "value.exists() or interpretation.exists() or component.exists() or hasMember.exists() or dataAbsentReason.exists() or (status in ('registered' | 'cancelled' | 'entered-in-error'))"

Invariant: pnet-percent-1
Description: "A UCUM unit of a share is % or 1."
Severity: #error
Expression: "value.ofType(Quantity).combine(value.ofType(Range).low).combine(value.ofType(Range).high).where(system = 'http://unitsofmeasure.org' and code.exists()).all(code = '%' or code = '1')"

Invariant: pnet-percent-2
Description: "A share in percent lies between 0 and 100."
Severity: #error
Expression: "value.ofType(Quantity).combine(value.ofType(Range).low).combine(value.ofType(Range).high).where(value.exists() and (code = '%' or unit = '%')).all(value >= 0 and value <= 100)"

Invariant: pnet-length-1
Description: "A UCUM unit of a size is a length: mm, cm, dm, m, um or [in_i]."
Severity: #error
Expression: "value.ofType(Quantity).combine(value.ofType(Range).low).combine(value.ofType(Range).high).combine(component.value.ofType(Quantity)).where(system = 'http://unitsofmeasure.org' and code.exists()).all(code in ('mm' | 'cm' | 'dm' | 'm' | 'um' | '[in_i]'))"

Invariant: pnet-size-1
Description: "A size stands in the value or in a component."
Severity: #error
Expression: "value.exists() or component.exists() or dataAbsentReason.exists() or (status in ('registered' | 'cancelled' | 'entered-in-error'))"

Invariant: pnet-count-1
Description: "A count has no UCUM unit, or 1, or an annotation such as {#}, and is not negative."
Severity: #error
Expression: "value.ofType(Quantity).combine(value.ofType(Range).low).combine(value.ofType(Range).high).all(value >= 0 and ((system = 'http://unitsofmeasure.org' and code.exists()) implies (code = '1' or code.startsWith('{')))) and value.ofType(integer).all($this >= 0)"

Invariant: pnet-mitoses-1
Description: "A UCUM unit of a mitotic count is a number per high-power fields or per area, never a share."
Severity: #error
Expression: "value.ofType(Quantity).combine(value.ofType(Range).low).combine(value.ofType(Range).high).where(system = 'http://unitsofmeasure.org' and code.exists()).all(code = '1' or code.startsWith('{') or code.contains('/') or code.contains('mm-2'))"

Invariant: pnet-peptide-1
Description: "A UCUM unit of a peptide hormone is mass or amount per volume."
Severity: #error
Expression: "value.ofType(Quantity).combine(value.ofType(Range).low).combine(value.ofType(Range).high).where(system = 'http://unitsofmeasure.org' and code.exists()).all(code.matches('^[fpnum]?(g|mol)/[dcm]?[lL]$'))"

Invariant: pnet-ecog-1
Description: "An ECOG performance status is a whole number from 0 to 5."
Severity: #error
Expression: "value.ofType(integer).all($this >= 0 and $this <= 5) and value.ofType(Quantity).value.all($this >= 0 and $this <= 5 and $this = $this.truncate())"

Invariant: pnet-karnofsky-1
Description: "A Karnofsky performance status is a multiple of 10 from 0 to 100."
Severity: #error
Expression: "value.ofType(integer).all($this >= 0 and $this <= 100 and $this mod 10 = 0) and value.ofType(Quantity).value.all($this >= 0 and $this <= 100 and $this mod 10 = 0)"

Invariant: pnet-krenning-1
Description: "A Krenning score lies between 0 and 4."
Severity: #error
Expression: "value.ofType(integer).all($this >= 0 and $this <= 4) and value.ofType(Quantity).value.all($this >= 0 and $this <= 4)"

Invariant: pnet-medication-1
Description: "A medication has a code, a text or a reference."
Severity: #error
Expression: "medication.ofType(CodeableConcept).all(coding.exists() or text.exists()) and medication.ofType(Reference).all(reference.exists() or identifier.exists() or display.exists())"

Invariant: pnet-ssa-1
Description: "A somatostatin analogue has a code of the value set, or a text or display that names the ingredient."
Severity: #error
Expression: "memberOf('https://pnet-cds.github.io/fhir/ValueSet/ssa-medication') or text.lower().matches('octreotide|lanreotide|pasireotide') or coding.display.exists(lower().matches('octreotide|lanreotide|pasireotide'))"

Invariant: pnet-systemic-1
Description: "Systemic therapy has a code of the value set, or a text or display that names the ingredient."
Severity: #error
Expression: "memberOf('https://pnet-cds.github.io/fhir/ValueSet/systemic-medication') or text.lower().matches('interferon alfa|interferon alpha|peginterferon alfa|streptozocin|streptozotocin|fluorouracil|doxorubicin|epirubicin|cisplatin|carboplatin|oxaliplatin|etoposide|dacarbazine|temozolomide|capecitabine|everolimus|sunitinib|cabozantinib|irinotecan|bevacizumab|belzutifan|lutetium dotatate|lutetium oxodotreotide|oxodotreotide|lu[ -]177 dotatate|177lu-dotatate') or coding.display.exists(lower().matches('interferon alfa|interferon alpha|peginterferon alfa|streptozocin|streptozotocin|fluorouracil|doxorubicin|epirubicin|cisplatin|carboplatin|oxaliplatin|etoposide|dacarbazine|temozolomide|capecitabine|everolimus|sunitinib|cabozantinib|irinotecan|bevacizumab|belzutifan|lutetium dotatate|lutetium oxodotreotide|oxodotreotide|lu[ -]177 dotatate|177lu-dotatate'))"
