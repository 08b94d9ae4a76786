package io.keymoot.daemon;

import java.util.Objects;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;
import picocli.CommandLine.UnmatchedArgumentException;

/**
 * The command line. A command is a class of its own, named in {@code subcommands}.
 *
 * <p>Exit codes: 0 when it did what was asked, 1 when it could not, 2 when it did not understand.
 */
@Command(
    name = "keymoot",
    description = "Group keys among peers, with no server that holds them.",
    mixinStandardHelpOptions = true,
    versionProvider = Keymoot.Version.class,
    subcommands = {Demo.class, DemoPeer.class})
public final class Keymoot implements Runnable {
  @Spec private @Nullable CommandSpec spec; // set by picocli before it runs this

  private Keymoot() {}

  public static void main(String[] arguments) {
    System.exit(commandLine().execute(arguments));
  }

  static CommandLine commandLine() {
    return new CommandLine(new Keymoot())
        .setParameterExceptionHandler(Keymoot::explainWhatWasNotUnderstood);
  }

  private static int explainWhatWasNotUnderstood(ParameterException e, String[] arguments) {
    CommandLine command = e.getCommandLine();
    if (e instanceof UnmatchedArgumentException unmatched
        && !unmatched.getUnmatched().get(0).startsWith("-")
        && command.getParent() == null) {
      command.getErr().println("There is no command '" + unmatched.getUnmatched().get(0) + "'.");
      UnmatchedArgumentException.printSuggestions(e, command.getErr());
    } else {
      command.getErr().println(e.getMessage());
    }
    command.usage(command.getErr());
    return CommandLine.ExitCode.USAGE;
  }

  @Override
  public void run() {
    throw new ParameterException(
        Objects.requireNonNull(spec).commandLine(), "Say what to do: a command is missing.");
  }

  static final class Version implements CommandLine.IVersionProvider {
    @Override
    public String[] getVersion() {
      String version = Keymoot.class.getPackage().getImplementationVersion();
      return new String[] {"keymoot " + (version == null ? "(not from a jar)" : version)};
    }
  }
}
