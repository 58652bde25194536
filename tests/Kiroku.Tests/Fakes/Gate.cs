using Kiroku.Tests.Servers;

namespace Kiroku.Tests.Fakes;

/// <summary>Where calls to the hypervisor are held until the test lets them go on.</summary>
internal sealed class Gate
{
    private readonly TaskCompletionSource reached = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly TaskCompletionSource opened = new(TaskCreationOptions.RunContinuationsAsynchronously);

    /// <summary>Completes when a call is held.</summary>
    public Task Reached => reached.Task.WaitAsync(TimeSpan.FromSeconds(30), TestContext.Current.CancellationToken);

    /// <summary>A gate that holds each call of an operation, and no other call.</summary>
    public static Gate At(Cloud cloud, string operation)
    {
        var gate = new Gate();
        cloud.Hypervisor.Before = called => called == operation ? gate.PassAsync() : Task.CompletedTask;
        return gate;
    }

    /// <summary>Holds the calls of an operation, each by one of the gates; later calls and others pass.</summary>
    public static void InTurn(Cloud cloud, string operation, params IEnumerable<Gate> gates)
    {
        var left = new Queue<Gate>(gates);
        cloud.Hypervisor.Before = called
            => called == operation && left.TryDequeue(out var gate) ? gate.PassAsync() : Task.CompletedTask;
    }

    public Task PassAsync()
    {
        reached.TrySetResult();
        return opened.Task;
    }

    public void Open() => opened.TrySetResult();

    public void Fail(Exception exception) => opened.TrySetException(exception);
}
