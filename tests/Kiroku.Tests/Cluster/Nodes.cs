using Kiroku.Cluster;
using Kiroku.Hypervisors;
using Kiroku.Tests.Fakes;
using Kiroku.Tests.Storage;

namespace Kiroku.Tests.Cluster;

/// <summary>Several services on one database, as if on several machines.</summary>
internal sealed class Nodes : IAsyncDisposable
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(30);
    private readonly List<TestApp> started = [];

    private Nodes(string database) => Database = database;

    public string Database { get; }

    private static int given;

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    public static async Task<Nodes> OnNewDatabaseAsync() => new(await PostgresServer.CreateDatabaseAsync());

    public async Task<TestApp> StartAsync(string name, NodeRoles roles = NodeRoles.All, string? folder = null,
        string? address = null, Action<WebApplicationBuilder>? configure = null)
    {
        var app = await TestApp.StartAsync(
            builder =>
            {
                builder.Services.AddSingleton<IHypervisor>(new FakeHypervisor(new FakeHost()));
                configure?.Invoke(builder);
            },
            folder,
            settings
                => settings with
                {
                    Host = name,
                    Database = Database,
                    Roles = roles,
                    Cluster = address ?? NextAddress(),
                });
        lock (started)
            started.Add(app);
        return app;
    }

    /// <summary>
    /// An address that no other node of these tests has. Nodes that look for a free port at the same time may find
    /// the same one, and Orleans would let them share it.
    /// </summary>
    public static string NextAddress()
    {
        var number = Interlocked.Increment(ref given);
        return $"127.{1 + (number >> 16)}.{(number >> 8) & 255}.{number & 255}:0";
    }

    public static Membership MembershipOf(TestApp app) => app.Services.GetRequiredService<Membership>();

    public static string SiloOf(TestApp app) => app.Services.GetRequiredService<OwnMembership>().Silo;

    public static IGrainFactory GrainsOf(TestApp app) => app.Services.GetRequiredService<IGrainFactory>();

    /// <summary>Waits until that node sees so many active members.</summary>
    public static async Task UntilActiveAsync(TestApp app, int count)
    {
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(Token);
        limit.CancelAfter(Patience);
        await foreach (var seen in app.Services.GetRequiredService<IClusterMembershipService>()
            .MembershipUpdates.WithCancellation(limit.Token))
        {
            if (seen.Members.Values.Count(member => member.Status == SiloStatus.Active) == count)
                return;
        }
    }

    /// <summary>Lets one node declare another dead, and waits until that takes effect.</summary>
    public static async Task BuryAsync(TestApp by, TestApp dead)
    {
        var silo = SiloOf(dead);
        await MembershipOf(by).DeclareDeadAsync(silo, Token);
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(Token);
        limit.CancelAfter(Patience);
        await foreach (var seen in by.Services.GetRequiredService<IClusterMembershipService>()
            .MembershipUpdates.WithCancellation(limit.Token))
        {
            if (seen.GetSiloStatus(SiloAddress.FromParsableString(silo)) == SiloStatus.Dead)
                return;
        }
    }

    public static async Task<string> LostAsync(TestApp app) => await app.Lost.WaitAsync(Patience, Token);

    public async ValueTask DisposeAsync()
    {
        foreach (var app in started)
            await app.DisposeAsync();
    }
}
