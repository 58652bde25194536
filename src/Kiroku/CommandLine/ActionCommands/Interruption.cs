using System.Runtime.InteropServices;

namespace Kiroku.CommandLine.ActionCommands;

/// <summary>Lets a command leave things in order when it is interrupted.</summary>
internal sealed class Interruption : IDisposable
{
    private const int Interrupted = 130;

    private readonly CancellationTokenSource source;
    private readonly List<PosixSignalRegistration> signals;

    public Interruption(CancellationToken outside)
    {
        source = CancellationTokenSource.CreateLinkedTokenSource(outside);
        signals =
        [
            PosixSignalRegistration.Create(PosixSignal.SIGINT, signal => End(signal, Interrupted)),
            PosixSignalRegistration.Create(PosixSignal.SIGTERM, signal => End(signal, 143)),
            PosixSignalRegistration.Create(PosixSignal.SIGHUP, signal => End(signal, 129)),
        ];
    }

    public CancellationToken Token => source.Token;

    /// <summary>The exit code of a command that was interrupted.</summary>
    public int ExitCode { get; private set; } = Interrupted;

    public void Dispose()
    {
        signals.ForEach(signal => signal.Dispose());
        source.Dispose();
    }

    private void End(PosixSignalContext signal, int exitCode)
    {
        signal.Cancel = true;
        ExitCode = exitCode;
        source.Cancel();
    }
}
