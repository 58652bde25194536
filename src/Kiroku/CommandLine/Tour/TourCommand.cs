using System.CommandLine;
using System.Runtime.InteropServices;

namespace Kiroku.CommandLine.Tour;

/// <summary><c>kiroku tour</c>: shows the nine actions on a real machine in a fresh data folder, with their
/// records.</summary>
internal static class TourCommand
{
    public static Command Create()
    {
        var exit = new Option<bool>("--exit") { Description = "Remove what it made and end, instead of serving on." };
        var listen = ServiceOptions.CreateListen("http://127.0.0.1:0");
        var hypervisor = ServiceOptions.CreateHypervisor();
        var command = new Command(
            "tour", "Run nine actions on a real virtual machine and see their records.") { exit, listen, hypervisor };
        command.SetAction((parsed, _) => RunAsync(new TourSettings
        {
            Exit = parsed.GetValue(exit),
            Listen = parsed.GetValue(listen)!,
            Hypervisor = parsed.GetValue(hypervisor),
        }));
        return command;
    }

    private static async Task<int> RunAsync(TourSettings settings)
    {
        if (string.IsNullOrEmpty(Environment.GetEnvironmentVariable("KIROKU_GUEST_IMAGE")))
            throw new UsageException(
                "there is no guest image: KIROKU_GUEST_IMAGE is not set (./kiroku makes one and sets it)");
        using var interrupted = new CancellationTokenSource();
        var exitCode = 0;
        using var interrupt = PosixSignalRegistration.Create(PosixSignal.SIGINT, signal => End(signal, 130));
        using var terminate = PosixSignalRegistration.Create(PosixSignal.SIGTERM, signal => End(signal, 143));
        using var hangUp = PosixSignalRegistration.Create(PosixSignal.SIGHUP, signal => End(signal, 129));
        var right = await new Guide(settings, new Screen(TimeProvider.System)).ShowAsync(interrupted.Token);
        return right switch
        {
            null => exitCode,
            true => 0,
            false => 1,
        };

        void End(PosixSignalContext signal, int code)
        {
            signal.Cancel = true;
            exitCode = code;
            interrupted.Cancel();
        }
    }
}
