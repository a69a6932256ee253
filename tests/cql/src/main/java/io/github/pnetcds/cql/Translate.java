package io.github.pnetcds.cql;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.cqframework.cql.cql2elm.CqlCompilerException;
import org.cqframework.cql.cql2elm.CqlCompilerException.ErrorSeverity;
import org.cqframework.cql.cql2elm.CqlCompilerOptions;
import org.cqframework.cql.cql2elm.CqlTranslator;
import org.cqframework.cql.cql2elm.DefaultLibrarySourceProvider;
import org.cqframework.cql.cql2elm.LibraryManager;
import org.cqframework.cql.cql2elm.ModelManager;
import org.cqframework.cql.cql2elm.quick.FhirLibrarySourceProvider;

/** Translates CQL libraries to ELM: Translate FOLDER NAME.... What does not translate is told with the define that it stands in. */
public final class Translate {
    private static final Pattern DEFINE = Pattern.compile("^define (?:function )?\"([^\"]+)\"");

    public static void main(String[] args) throws IOException {
        Path folder = Path.of(args[0]);
        int faults = 0;
        for (int i = 1; i < args.length; i++) {
            faults += translate(folder, folder.resolve(args[i] + ".cql"), args[i]);
        }
        String helpers = "FHIRHelpers-4.0.1.cql";
        try (var text = FhirLibrarySourceProvider.class.getResourceAsStream("/org/hl7/fhir/" + helpers)) {
            Path file = folder.resolve(helpers);
            Files.write(file, text.readAllBytes());
            faults += translate(folder, file, "FHIRHelpers");
        }
        System.exit(faults == 0 ? 0 : 1);
    }

    private static int translate(Path folder, Path file, String name) throws IOException {
        LibraryManager libraries = new LibraryManager(new ModelManager(), new CqlCompilerOptions());
        libraries.getLibrarySourceLoader().registerProvider(new DefaultLibrarySourceProvider(folder));
        libraries.getLibrarySourceLoader().registerProvider(new FhirLibrarySourceProvider());
        CqlTranslator translator = CqlTranslator.fromFile(file.toFile(), libraries);
        List<String> lines = Files.readAllLines(file);
        int faults = 0;
        int warnings = 0;
        for (CqlCompilerException message : translator.getExceptions()) {
            if (message.getSeverity() == ErrorSeverity.Error) {
                faults++;
                int line = message.getLocator() == null ? 0 : message.getLocator().getStartLine();
                System.out.printf("%s:%d: %s: %s%n", file.getFileName(), line, define(lines, line), message.getMessage());
            } else if (message.getSeverity() == ErrorSeverity.Warning) {
                warnings++;
            }
        }
        if (faults == 0) {
            Files.writeString(folder.resolve(name + ".json"), translator.toJson(), StandardCharsets.UTF_8);
        }
        System.out.printf("%s: %d errors, %d warnings%n", name, faults, warnings);
        return faults;
    }

    /** The define around a line: of a criterion, its id. */
    private static String define(List<String> lines, int line) {
        for (int i = Math.min(line, lines.size()) - 1; i >= 0; i--) {
            Matcher matcher = DEFINE.matcher(lines.get(i));
            if (matcher.find()) {
                return matcher.group(1);
            }
        }
        return "before the first define";
    }
}
