namespace Kiroku.SystemTests.Service;

/// <summary>Tests that share a service. Each finds it running, and leaves it running and without servers.</summary>
public abstract class ServiceTests(TestService service) : IAsyncLifetime
{
    internal TestService Service { get; } = service;

    private readonly List<TestServer> servers = [];

    public async ValueTask InitializeAsync() => await Service.EnsureStartedAsync();

    public virtual async ValueTask DisposeAsync()
    {
        GC.SuppressFinalize(this);
        if (TestContext.Current.TestState?.Result == TestResult.Failed)
            TestContext.Current.TestOutputHelper?.WriteLine(Service.Output);
        await Service.ThawAsync();
        if (servers.Count == 0) return;
        await Service.EnsureStartedAsync();
        foreach (var server in servers) await server.DeleteAsync();
    }

    /// <summary>Creates a server of demo's from the small guest, and waits until it is ready.</summary>
    internal async Task<TestServer> NewServerAsync(string flavor = TestServer.Nano, string? userData = null)
    {
        var server = await BeginServerAsync(flavor, userData: userData);
        await server.SettledAsync("ACTIVE");
        return server;
    }

    /// <summary>Creates a server and switches it off.</summary>
    internal async Task<TestServer> NewStoppedServerAsync(string flavor = TestServer.Nano)
    {
        var server = await NewServerAsync(flavor);
        await server.BootedAsync();
        await server.DoAsync("os-stop", "SHUTOFF");
        return server;
    }

    /// <summary>Asks for a server without waiting for it.</summary>
    internal async Task<TestServer> BeginServerAsync(
        string flavor = TestServer.Nano, string? image = null, string? userData = null)
    {
        var server = await TestServer.CreateAsync(
            Service, flavor, image ?? await Service.GuestImageIdAsync(), userData);
        servers.Add(server);
        return server;
    }
}
