package io.github.pnetcds.ig;

import ca.uhn.fhir.context.FhirContext;
import ca.uhn.fhir.context.support.DefaultProfileValidationSupport;
import ca.uhn.fhir.context.support.IValidationSupport.IssueSeverity;
import ca.uhn.fhir.parser.IParser;
import ca.uhn.fhir.validation.FhirValidator;
import ca.uhn.fhir.validation.ResultSeverityEnum;
import ca.uhn.fhir.validation.SingleValidationMessage;
import ca.uhn.fhir.validation.ValidationOptions;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.hl7.fhir.common.hapi.validation.support.CommonCodeSystemsTerminologyService;
import org.hl7.fhir.common.hapi.validation.support.InMemoryTerminologyServerValidationSupport;
import org.hl7.fhir.common.hapi.validation.support.PrePopulatedValidationSupport;
import org.hl7.fhir.common.hapi.validation.support.SnapshotGeneratingValidationSupport;
import org.hl7.fhir.common.hapi.validation.support.UnknownCodeSystemWarningValidationSupport;
import org.hl7.fhir.common.hapi.validation.support.ValidationSupportChain;
import org.hl7.fhir.common.hapi.validation.validator.FhirInstanceValidator;
import org.hl7.fhir.r4.model.CodeSystem;
import org.hl7.fhir.r4.model.ElementDefinition;
import org.hl7.fhir.r4.model.ImplementationGuide;
import org.hl7.fhir.r4.model.Resource;
import org.hl7.fhir.r4.model.StructureDefinition;
import org.hl7.fhir.r4.model.ValueSet;
import org.hl7.fhir.r4.model.ValueSet.ConceptSetComponent;

/**
 * Judges the guide: the examples must conform to the profiles that they declare, each negative example must break
 * the profile that it declares, for the reason that stands beside it in expected.tsv, what the knowledge is exported as
 * must be valid, so must what the service writes to its audit, what the answers to its questions and to its form record must
 * conform to the profile of the fact, and so must clean facts.
 */
public final class Validate {
    private static final String BASE = "https://pnet-cds.github.io/fhir/";
    private static final String ICD_10 = "http://hl7.org/fhir/sid/icd-10";
    private static final String R5 = "http://hl7.org/fhir/5.0/StructureDefinition/";
    private static final Pattern ICD_CODING =
            Pattern.compile("\"code\"\\s*:\\s*\"([A-Z][0-9][0-9A-Z](?:\\.[0-9A-Z]{1,4})?)\"");

    public static void main(String[] args) throws IOException {
        Path resources = Path.of(args[0]);
        Path negatives = Path.of(args[1]);
        Validate validate = new Validate(resources, negatives, Path.of(args[5]));
        for (Path file : files(Path.of(args[2]))) {
            // The guide's own are judged where they stand.
            if (!Files.exists(resources.resolve(file.getFileName()))) {
                validate.definitions.add(file);
            }
        }
        boolean ok = validate.judge(negatives);
        ok &= validate.recordsAreValid(Path.of(args[3]));
        ok &= validate.answersConform(Path.of(args[4]));
        ok &= validate.factsConform(Path.of(args[6]));
        System.exit(ok ? 0 : 1);
    }

    private final FhirContext context = FhirContext.forR4();
    private final ObjectMapper json = new ObjectMapper();
    private final FhirValidator validator;
    private final Map<String, StructureDefinition> profiles = new TreeMap<>();
    private final List<Path> examples = new ArrayList<>();
    private final List<Path> definitions = new ArrayList<>();

    private Validate(Path resources, Path negatives, Path sdc) throws IOException {
        IParser parser = context.newJsonParser();
        PrePopulatedValidationSupport ours = new PrePopulatedValidationSupport(context);
        Set<String> codes = new TreeSet<>();
        for (Path file : files(resources, negatives)) {
            Matcher matcher = ICD_CODING.matcher(Files.readString(file));
            while (matcher.find()) {
                codes.add(matcher.group(1));
            }
        }
        for (Path file : files(resources)) {
            Resource resource = (Resource) parser.parseResource(Files.readString(file));
            if (resource instanceof StructureDefinition profile) {
                profiles.put(profile.getUrl(), profile);
                ours.addStructureDefinition(profile);
                definitions.add(file);
            } else if (resource instanceof ValueSet set) {
                enumerateFilters(set, codes);
                ours.addValueSet(set);
                definitions.add(file);
            } else if (resource instanceof CodeSystem system) {
                ours.addCodeSystem(system);
                definitions.add(file);
            } else if (resource instanceof ImplementationGuide) {
                definitions.add(file);
            } else {
                examples.add(file);
            }
        }
        for (Path file : files(sdc)) {
            // Of that guide only what a Questionnaire declares.
            String name = file.getFileName().toString();
            if (name.startsWith("StructureDefinition-sdc-questionnaire") && !name.contains("response")) {
                StructureDefinition profile = parser.parseResource(StructureDefinition.class, Files.readString(file));
                profile.getSnapshot().getElement().removeIf(Validate::isOfR5);
                profile.getDifferential().getElement().removeIf(Validate::isOfR5);
                ours.addStructureDefinition(profile);
            }
        }
        UnknownCodeSystemWarningValidationSupport unknown = new UnknownCodeSystemWarningValidationSupport(context);
        unknown.setNonExistentCodeSystemSeverity(IssueSeverity.WARNING);
        ValidationSupportChain chain = new ValidationSupportChain(
                ours,
                new DefaultProfileValidationSupport(context),
                new SnapshotGeneratingValidationSupport(context),
                new CommonCodeSystemsTerminologyService(context),
                new InMemoryTerminologyServerValidationSupport(context),
                unknown);
        // As FHIR has it: of several codings one in the value set is enough.
        chain.setCodeableConceptValidationSuccessfulIfNotAllCodingsAreValid(true);
        FhirInstanceValidator module = new FhirInstanceValidator(chain);
        module.setAnyExtensionsAllowed(true);
        module.setErrorForUnknownProfiles(true);
        validator = context.newValidator().registerValidatorModule(module);
    }

    /** Whether an element is one of R5 in a resource of R4: their definitions are in no registry that is reached here. */
    private static boolean isOfR5(ElementDefinition element) {
        return element.getType().stream()
                .flatMap(type -> type.getProfile().stream())
                .anyMatch(profile -> profile.getValue().startsWith(R5));
    }

    /**
     * ICD-10 is not at hand, so its hierarchy is what its codes say: the family of a code is its beginning. A filter
     * becomes the list of those codes of its family that occur in any example.
     */
    private static void enumerateFilters(ValueSet set, Set<String> codes) {
        for (ConceptSetComponent include : set.getCompose().getInclude()) {
            if (!include.hasFilter()) {
                continue;
            }
            if (!include.getSystem().startsWith(ICD_10) || include.getFilter().size() != 1) {
                throw new IllegalStateException("a filter that is not one family of ICD-10 in " + set.getId());
            }
            String family = include.getFilterFirstRep().getValue();
            include.setFilter(null);
            include.addConcept().setCode(family);
            codes.stream()
                    .filter(code -> code.startsWith(family) && !code.equals(family))
                    .forEach(code -> include.addConcept().setCode(code));
        }
    }

    private boolean judge(Path negatives) throws IOException {
        boolean ok = definitionsAreValid();
        ok &= examplesConform();
        ok &= negativesFail(negatives);
        return ok;
    }

    private boolean definitionsAreValid() throws IOException {
        int wrong = 0;
        for (Path file : definitions) {
            // SUSHI writes the parameters of the IG Publisher, which the binding of R4 does not know yet; an element of R5,
            // which the profile of a Questionnaire asks for, is not known either. That an expression is a name of CQL is a code of
            // its system since R4, by which engines know it.
            List<SingleValidationMessage> errors = errors(validate(file, null)).stream()
                    .filter(e -> !e.getLocationString().startsWith("ImplementationGuide.definition.parameter"))
                    .filter(e -> !e.getMessage().startsWith("Extension url '" + R5))
                    .filter(e -> !e.getMessage().endsWith("expression-language#text/cql-identifier'"))
                    .toList();
            wrong += errors.isEmpty() ? 0 : 1;
            errors.forEach(error -> report(file, error));
        }
        System.out.printf("definitions: %d valid, %d not%n", definitions.size() - wrong, wrong);
        return wrong == 0;
    }

    /**
     * What the service wrote to its audit. Some records declare profiles of IHE BALP, whose definitions are in no registry
     * that is reached here, so that each is judged by FHIR R4 alone.
     */
    private boolean recordsAreValid(Path folder) throws IOException {
        int wrong = 0;
        int balp = 0;
        List<Path> records = files(folder);
        for (Path file : records) {
            if (json.readTree(file.toFile()) instanceof ObjectNode record) {
                balp += record.at("/meta/profile/0").asText().contains("/BALP/") ? 1 : 0;
                record.remove("meta");
                List<SingleValidationMessage> errors =
                        errors(validator.validateWithResult(json.writeValueAsString(record)).getMessages());
                boolean event = record.path("resourceType").asText().equals("AuditEvent");
                wrong += errors.isEmpty() && event ? 0 : 1;
                errors.forEach(error -> report(file, error));
            }
        }
        System.out.printf("audit records: %d valid FHIR R4, %d not; %d declare a profile of BALP, which is not at hand%n",
                records.size() - wrong, wrong, balp);
        return wrong == 0 && records.size() > 20 && balp > 0;
    }

    private boolean answersConform(Path folder) throws IOException {
        int wrong = 0;
        List<Path> answers = files(folder);
        for (Path file : answers) {
            List<SingleValidationMessage> errors = errors(validate(file, declared(file)));
            wrong += errors.isEmpty() ? 0 : 1;
            errors.forEach(error -> report(file, error));
        }
        System.out.printf("answers to questions and the form: %d conform, %d do not%n", answers.size() - wrong, wrong);
        return wrong == 0 && answers.size() > 20;
    }

    /** What `pnet-cds facts` writes: each record by the profile that it declares, and what declares none by FHIR R4. */
    private boolean factsConform(Path folder) throws IOException {
        int wrong = 0;
        List<Path> records = files(folder);
        for (Path file : records) {
            List<SingleValidationMessage> errors = errors(validate(file, declared(file)));
            wrong += errors.isEmpty() ? 0 : 1;
            errors.forEach(error -> report(file, error));
        }
        System.out.printf("clean facts: %d conform, %d do not%n", records.size() - wrong, wrong);
        return wrong == 0 && records.size() > 100;
    }

    private boolean examplesConform() throws IOException {
        int wrong = 0;
        Set<String> without = concreteProfiles();
        for (Path file : examples) {
            String profile = declared(file);
            without.remove(profile);
            List<SingleValidationMessage> errors = errors(validate(file, profile));
            wrong += errors.isEmpty() ? 0 : 1;
            errors.forEach(error -> report(file, error));
        }
        without.forEach(profile -> System.out.println("no example of " + profile));
        System.out.printf("examples: %d conform, %d do not; %d profiles without one%n",
                examples.size() - wrong, wrong, without.size());
        return wrong == 0 && without.isEmpty();
    }

    private boolean negativesFail(Path folder) throws IOException {
        Map<String, String> expected = new LinkedHashMap<>();
        for (String line : Files.readAllLines(folder.resolve("expected.tsv"))) {
            if (!line.isBlank() && !line.startsWith("#")) {
                String[] parts = line.split("\t", 2);
                expected.put(parts[0], parts[1]);
            }
        }
        Set<String> without = concreteProfiles();
        int passed = 0;
        int otherwise = 0;
        List<Path> files = files(folder);
        for (Path file : files) {
            String name = file.getFileName().toString().replace(".json", "");
            String profile = declared(file);
            without.remove(profile);
            String reason = expected.remove(name);
            List<SingleValidationMessage> errors = errors(validate(file, profile));
            if (errors.isEmpty()) {
                passed++;
                System.out.println(name + ": conforms, but must not");
            } else if (reason == null || errors.stream().noneMatch(error -> error.getMessage().contains(reason))) {
                otherwise++;
                System.out.println(name + ": does not fail for the reason expected");
                errors.forEach(error -> report(file, error));
            }
        }
        without.forEach(profile -> System.out.println("no negative example of " + profile));
        expected.keySet().forEach(name -> System.out.println("no file for the expected failure " + name));
        System.out.printf("negative examples: %d fail as expected, %d fail otherwise, %d conform; %d profiles without one%n",
                files.size() - passed - otherwise, otherwise, passed, without.size());
        return passed == 0 && otherwise == 0 && expected.isEmpty() && without.isEmpty();
    }

    private Set<String> concreteProfiles() {
        Set<String> urls = new HashSet<>();
        profiles.values().stream().filter(profile -> !profile.getAbstract()).forEach(p -> urls.add(p.getUrl()));
        return urls;
    }

    private List<SingleValidationMessage> validate(Path file, String profile) throws IOException {
        ValidationOptions options = new ValidationOptions();
        if (profile != null) {
            options.addProfile(profile);
        }
        List<SingleValidationMessage> messages =
                validator.validateWithResult(Files.readString(file), options).getMessages();
        if (System.getenv("IG_ALL_MESSAGES") != null) {
            messages.forEach(message -> report(file, message));
        }
        return messages;
    }

    /** The profile that a resource declares; ConceptMaps declare none. */
    private String declared(Path file) throws IOException {
        String profile = json.readTree(file.toFile()).at("/meta/profile/0").asText(null);
        if (profile != null && !profiles.containsKey(profile)) {
            throw new IllegalStateException(file.getFileName() + " declares an unknown profile");
        }
        return profile;
    }

    private static List<SingleValidationMessage> errors(List<SingleValidationMessage> messages) {
        return messages.stream().filter(m -> m.getSeverity().compareTo(ResultSeverityEnum.ERROR) >= 0).toList();
    }

    private static void report(Path file, SingleValidationMessage error) {
        System.out.printf("%s: %s: %s: %s%n", file.getFileName(), error.getSeverity(), error.getLocationString(), error.getMessage());
    }

    private static List<Path> files(Path... folders) throws IOException {
        List<Path> found = new ArrayList<>();
        for (Path folder : folders) {
            try (Stream<Path> list = Files.list(folder)) {
                list.filter(path -> path.toString().endsWith(".json")).sorted(Comparator.naturalOrder()).forEach(found::add);
            }
        }
        return found;
    }
}
