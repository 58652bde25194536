using System.Runtime.InteropServices;

namespace Kiroku.CommandLine;

/// <summary>
/// SIGUSR1, by which <c>kiroku drain</c> tells a service to take no new work and to end when what runs has ended.
/// </summary>
internal sealed class DrainSignal : IDisposable
{
    private readonly TaskCompletionSource asked = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly PosixSignalRegistration registration;

    public DrainSignal() => registration = PosixSignalRegistration.Create((PosixSignal)RunningProcess.Drain, context =>
    {
        context.Cancel = true;
        asked.TrySetResult();
    });

    /// <summary>Ends when the signal has come.</summary>
    public Task Asked => asked.Task;

    public void Dispose() => registration.Dispose();
}
