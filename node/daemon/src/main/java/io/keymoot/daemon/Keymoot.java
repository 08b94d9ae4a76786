package io.keymoot.daemon;

import io.keymoot.daemon.setting.ErrorCode;
import io.keymoot.daemon.setting.Problem;
import java.util.Arrays;
import java.util.List;
import java.util.Objects;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import picocli.AutoComplete;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;
import picocli.CommandLine.UnmatchedArgumentException;

/**
 * The command line. A command is a class of its own, named in one of the lists here.
 *
 * <p>Exit codes: 0 done, 1 could not, 2 not understood, 3 no daemon answers, 4 not allowed, 5 not
 * now, 6 no such thing; {@link ErrorCode} has them all.
 */
@Command(
    name = "keymoot",
    description = "Group keys among peers, with no server that holds them.",
    mixinStandardHelpOptions = true,
    versionProvider = Keymoot.Version.class,
    subcommands = {Demo.class, Run.class, Doctor.class, Ca.class},
    footer = {
      "",
      "Exit codes: 0 done, 1 could not, 2 not understood, 3 no daemon answers, 4 not allowed,",
      "5 not now, 6 no such thing.",
      "Begin with: keymoot demo"
    })
public final class Keymoot implements Runnable {
  @Spec private @Nullable CommandSpec spec; // set by picocli before it runs this

  private Keymoot() {}

  public static void main(String[] arguments) {
    System.exit(commandLine().execute(arguments));
  }

  static CommandLine commandLine() {
    CommandLine line = new CommandLine(new Keymoot());
    Stream.of(
            Home.COMMANDS,
            Looking.COMMANDS,
            Acting.COMMANDS,
            List.of(Happenings.Events.class, Happenings.Listen.class))
        .flatMap(List::stream)
        .forEach(line::addSubcommand);
    CommandLine completion = new CommandLine(new AutoComplete.GenerateCompletion());
    completion.setCommandName("completion");
    completion
        .getCommandSpec()
        .usageMessage()
        .description("What teaches bash and zsh to complete commands and options.")
        .footer(
            "",
            "Examples:",
            "  source <(keymoot completion)",
            "  keymoot completion > /etc/bash_completion.d/keymoot");
    line.addSubcommand("completion", completion);
    Run.addFlags(Objects.requireNonNull(line.getSubcommands().get("run")));
    return line.setParameterExceptionHandler(Keymoot::explainWhatWasNotUnderstood)
        .setExecutionExceptionHandler(Keymoot::explainWhatFailed);
  }

  private static int explainWhatWasNotUnderstood(ParameterException e, String[] arguments) {
    CommandLine command = e.getCommandLine();
    if (Arrays.asList(arguments).contains("--json")) {
      String remedy = "See: " + command.getCommandSpec().qualifiedName() + " --help";
      Problem problem = new Problem(ErrorCode.USAGE, String.valueOf(e.getMessage()), remedy);
      command.getErr().println(problem.json().encodePrettily());
      return ErrorCode.USAGE.exit();
    }
    if (e instanceof UnmatchedArgumentException unmatched
        && !unmatched.getUnmatched().get(0).startsWith("-")
        && command.getParent() == null) {
      command
          .getErr()
          .println("There is no command '" + Console.safe(unmatched.getUnmatched().get(0)) + "'.");
      UnmatchedArgumentException.printSuggestions(e, command.getErr());
    } else {
      command.getErr().println(Console.safe(String.valueOf(e.getMessage())));
    }
    command.usage(command.getErr());
    return CommandLine.ExitCode.USAGE;
  }

  /** What failed and why, and what to do; with --json as the API tells it. Never a stack trace. */
  private static int explainWhatFailed(
      Exception e, CommandLine command, CommandLine.ParseResult parsed) {
    Problem problem =
        e instanceof Problem known
            ? known
            : new Problem(
                ErrorCode.BUG,
                "This is a bug in Keymoot: " + e,
                "Please report it, with the command that was given.");
    if (command.getParseResult().hasMatchedOption("--json")) {
      command.getErr().println(problem.json().encodePrettily());
    } else {
      command.getErr().println(Console.safe("keymoot: " + problem.detail()));
      if (!problem.remedy().isEmpty()) {
        command.getErr().println(Console.safe(problem.remedy()));
      }
    }
    return problem.code().exit();
  }

  @Override
  public void run() {
    throw new ParameterException(
        Objects.requireNonNull(spec).commandLine(), "Say what to do: a command is missing.");
  }

  static final class Version implements CommandLine.IVersionProvider {
    @Override
    public String[] getVersion() {
      return text();
    }

    static String[] text() {
      String version = Keymoot.class.getPackage().getImplementationVersion();
      return new String[] {"keymoot " + (version == null ? "(not from a jar)" : version)};
    }
  }
}
