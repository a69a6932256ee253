// Notices that the licences of the code systems ask for wherever their codes are published.

RuleSet: LoincCopyright
* ^copyright = "This material contains content from LOINC (http://loinc.org). LOINC is copyright Regenstrief Institute, Inc. and the Logical Observation Identifiers Names and Codes (LOINC) Committee and is available at no cost under the license at http://loinc.org/license."

RuleSet: SnomedCopyright
* ^copyright = "This material includes SNOMED Clinical Terms (SNOMED CT), which is used by permission of SNOMED International. SNOMED CT was originally created by the College of American Pathologists. Its use needs a licence in countries that are not members of SNOMED International."

RuleSet: LoincAndSnomedCopyright
* ^copyright = "This material contains content from LOINC (http://loinc.org). LOINC is copyright Regenstrief Institute, Inc. and the Logical Observation Identifiers Names and Codes (LOINC) Committee and is available at no cost under the license at http://loinc.org/license. This material includes SNOMED Clinical Terms (SNOMED CT), which is used by permission of SNOMED International. SNOMED CT was originally created by the College of American Pathologists. Its use needs a licence in countries that are not members of SNOMED International."
