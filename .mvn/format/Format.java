import com.google.googlejavaformat.java.Main;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.charset.StandardCharsets;
import java.nio.file.FileVisitResult;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.SimpleFileVisitor;
import java.nio.file.attribute.BasicFileAttributes;
import java.util.ArrayList;
import java.util.List;

/**
 * Checks or repairs the formatting of every Java file in the house: {@code Format check|write
 * root}.
 *
 * <p>google-java-format reads a file with the compiler of the Java it runs on. Inside Maven that
 * may be Java 17, which cannot read our patterns in switches and records. So the build does not use
 * a formatting plugin, which would run inside Maven; it starts this file on the JDK that compiles
 * the rest.
 */
final class Format {
  private Format() {}

  public static void main(String[] args) throws Exception {
    boolean write = args[0].equals("write");
    List<String> arguments = new ArrayList<>();
    arguments.addAll(write ? List.of("--replace") : List.of("--dry-run", "--set-exit-if-changed"));
    List<String> files = javaFiles(Path.of(args[1]));
    if (files.isEmpty()) {
      throw new IllegalStateException("No Java file under " + args[1] + ": the check is miswired.");
    }
    arguments.addAll(files);

    PrintWriter out = new PrintWriter(System.out, true, StandardCharsets.UTF_8);
    PrintWriter err = new PrintWriter(System.err, true, StandardCharsets.UTF_8);
    int result = new Main(out, err, System.in).format(arguments.toArray(String[]::new));
    if (result != 0) {
      err.println();
      err.println(
          write
              ? "The files named above could not be read as Java, so they were not formatted."
              : "The files named above are not formatted as google-java-format writes them.\n"
                  + "To repair them: mvn -N validate -Dformat=write");
    }
    out.flush();
    err.flush();
    System.exit(result);
  }

  private static List<String> javaFiles(Path root) throws IOException {
    List<String> files = new ArrayList<>();
    Files.walkFileTree(
        root,
        new SimpleFileVisitor<>() {
          @Override
          public FileVisitResult preVisitDirectory(Path folder, BasicFileAttributes attributes) {
            String name = folder.getFileName().toString();
            boolean foreign = name.equals("target") || name.equals(".git") || name.equals(".idea");
            return foreign && !folder.equals(root)
                ? FileVisitResult.SKIP_SUBTREE
                : FileVisitResult.CONTINUE;
          }

          @Override
          public FileVisitResult visitFile(Path file, BasicFileAttributes attributes) {
            if (file.toString().endsWith(".java")) {
              files.add(file.toString());
            }
            return FileVisitResult.CONTINUE;
          }
        });
    files.sort(null);
    return files;
  }
}
