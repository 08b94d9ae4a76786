package io.keymoot.runtime;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.StringWriter;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import javax.tools.JavaCompiler;
import javax.tools.JavaFileObject;
import javax.tools.SimpleJavaFileObject;
import javax.tools.ToolProvider;
import org.jetbrains.kotlin.cli.common.ExitCode;
import org.jetbrains.kotlin.cli.jvm.K2JVMCompiler;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What documents say in Java and Kotlin, compiles. */
final class SnippetsTest {
  private static final Pattern BLOCK = Pattern.compile("```java\n(.*?)```", Pattern.DOTALL);
  private static final Pattern IN_COMMENT =
      Pattern.compile("<pre>\\{@code\n(.*?)\\}</pre>", Pattern.DOTALL);

  private static final String AROUND =
      """
      import io.keymoot.admission.*;
      import io.keymoot.flatkeying.fact.*;
      import io.keymoot.flatkeying.frame.*;
      import io.keymoot.flatkeying.keying.*;
      import io.keymoot.flatkeying.wire.*;
      import io.keymoot.runtime.*;
      import java.net.*;
      import java.nio.charset.*;
      import java.nio.file.*;
      import java.util.*;
      import javax.crypto.spec.*;

      abstract class Snippet {
        abstract void show(byte[] plaintext, int at, int length);

        abstract void show(From from, Bytes bytes);

        abstract Object tellTheWorker(Optional<Long> kid, byte[] baseKey);

        void run(%s) throws Exception {
          %s
        }
      }
      """;

  @ParameterizedTest
  @ValueSource(
      strings = {
        "README.md",
        "../../README.md",
        "src/main/java/io/keymoot/runtime/GroupNode.java",
        "src/main/java/io/keymoot/runtime/NodeMetrics.java",
      })
  void theJavaOfDocumentsCompiles(String document, @TempDir Path out) throws Exception {
    Path file = Path.of(document);
    if (!Files.exists(file)) {
      file = Path.of("node/runtime").resolve(document);
    }
    List<String> blocks = blocks(Files.readString(file), document.endsWith(".java"));
    assertThat(blocks).isNotEmpty();
    for (String block : blocks) {
      assertThat(complaints(block, out)).as(block).isEmpty();
    }
  }

  private static final Pattern KOTLIN = Pattern.compile("```kotlin\n(.*?)```", Pattern.DOTALL);

  private static final String AROUND_KOTLIN =
      """
      import io.keymoot.admission.*
      import io.keymoot.flatkeying.frame.*
      import io.keymoot.flatkeying.wire.*
      import io.keymoot.runtime.*

      class %s {
        fun run(network: Network, identity: Identity, policy: PolicyRules, node: GroupNode, bytes: Bytes) {
      %s
        }
      }
      """;

  /** Each line is wrong for its null, and for nothing else. */
  private static final List<String> MISUSES =
      List.of(
          "node.send(null)",
          "node.send(bytes, null, Delivery.ONCE)",
          "node.onMessage(null)",
          "GroupNode.of(network, null, policy)",
          "node.export(null, bytes, 32)",
          "Bytes.owning(null)",
          "PolicyFile.parse(null)",
          "NodeEvent.Status(NodeState.SETTLED, null)");

  @Test
  void theKotlinOfDocumentsCompilesAndANullIsRefusedWhereNoneMayBe(@TempDir Path out)
      throws Exception {
    List<Path> sources = new ArrayList<>();
    Matcher blocks = KOTLIN.matcher(Files.readString(Path.of("README.md")));
    while (blocks.find()) {
      sources.add(kotlin(out, "Good" + sources.size(), blocks.group(1)));
    }
    assertThat(sources).isNotEmpty();
    sources.add(kotlin(out, "Misuse", String.join("\n", MISUSES)));
    List<String> said = compileKotlin(sources, out);
    for (Path source : sources.subList(0, sources.size() - 1)) {
      assertThat(said).contains(source + ": OK");
    }
    int before = (int) AROUND_KOTLIN.lines().takeWhile(line -> !line.equals("%s")).count();
    for (int i = 0; i < MISUSES.size(); i++) {
      String at = "Misuse.kt:" + (before + i + 1) + ':';
      assertThat(said)
          .as(MISUSES.get(i))
          .anyMatch(each -> each.contains(at) && each.contains("error: null cannot be a value"));
    }
    assertThat(said)
        .as("no other errors")
        .filteredOn(each -> each.contains("error: "))
        .hasSameSizeAs(MISUSES);
  }

  private static Path kotlin(Path folder, String name, String block) throws IOException {
    return Files.writeString(
        folder.resolve(name + ".kt"), AROUND_KOTLIN.formatted(name, block.strip()));
  }

  /** A process of its own: where Java does not try to become fast, it takes half as much CPU. */
  private static List<String> compileKotlin(List<Path> sources, Path out) throws Exception {
    List<String> command =
        new ArrayList<>(
            List.of(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-XX:TieredStopAtLevel=1",
                "-Dkotlin.colors.enabled=false",
                "-cp",
                System.getProperty("java.class.path"),
                KotlinCompiler.class.getName(),
                out.resolve("classes").toString()));
    sources.forEach(source -> command.add(source.toString()));
    Path said = out.resolve("said");
    Process compiler =
        new ProcessBuilder(command).redirectErrorStream(true).redirectOutput(said.toFile()).start();
    assertThat(compiler.waitFor(2, TimeUnit.MINUTES)).as("the compiler ends").isTrue();
    return Files.readAllLines(said);
  }

  /** Where to, and what; each file alone, for beside errors no warnings are told. */
  static final class KotlinCompiler {
    public static void main(String[] args) {
      for (String source : List.of(args).subList(1, args.length)) {
        ExitCode code =
            new K2JVMCompiler()
                .exec(
                    System.out,
                    "-no-stdlib",
                    "-no-reflect",
                    "-Xjspecify-annotations=strict",
                    "-Werror",
                    "-jvm-target",
                    "21",
                    "-cp",
                    System.getProperty("java.class.path"),
                    "-d",
                    args[0],
                    source);
        System.out.println(source + ": " + code);
      }
    }
  }

  private static List<String> blocks(String text, boolean java) {
    List<String> blocks = new ArrayList<>();
    Matcher matcher = (java ? IN_COMMENT : BLOCK).matcher(text);
    while (matcher.find()) {
      blocks.add(java ? matcher.group(1).replaceAll("(?m)^ \\* ?", "") : matcher.group(1));
    }
    return blocks;
  }

  /** What the reader has already, unless the snippet makes it. */
  private static String given(String block) {
    List<String> given = new ArrayList<>(List.of("InetAddress address", "byte[] picture"));
    if (!block.contains("PolicyFile.Parsed.Good policy")) {
      given.add("PolicyRules policy");
    }
    if (!block.contains("GroupNode node =")) {
      given.add("GroupNode node");
    }
    if (!block.contains("ClusterStack stack =") && !block.contains("var stack =")) {
      given.add("ClusterStack stack");
    }
    if (!block.contains("Identity identity =")) {
      given.add("Identity identity");
    }
    if (block.contains("(registry)")) {
      given.add("io.micrometer.core.instrument.MeterRegistry registry");
    }
    if (!block.contains("(from, bytes)")) {
      given.add("Bytes bytes");
    }
    return String.join(", ", given);
  }

  private static String complaints(String block, Path out) {
    JavaCompiler compiler = ToolProvider.getSystemJavaCompiler();
    String source = AROUND.formatted(given(block), block);
    JavaFileObject unit =
        new SimpleJavaFileObject(URI.create("string:///Snippet.java"), JavaFileObject.Kind.SOURCE) {
          @Override
          public CharSequence getCharContent(boolean ignoreEncodingErrors) {
            return source;
          }
        };
    StringWriter said = new StringWriter();
    boolean compiles =
        compiler
            .getTask(
                said,
                null,
                null,
                List.of(
                    "-d",
                    out.toString(),
                    "-cp",
                    System.getProperty("java.class.path"),
                    "-proc:none"),
                null,
                List.of(unit))
            .call();
    return compiles ? "" : said.toString();
  }
}
