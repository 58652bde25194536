using System.Globalization;
using System.Net;
using System.Net.Sockets;
using System.Text;
using Kiroku.SystemTests.Service;
using Kiroku.Tests.Storage;
using Npgsql;

namespace Kiroku.SystemTests.Cluster;

/// <summary>The ports and sockets at which the built service can be reached.</summary>
public sealed class LoneServiceTests : IDisposable
{
    /// <summary>A socket of .NET's own, for debuggers: a file that no other account can open.</summary>
    private const string Diagnostics = "/dotnet-diagnostic-";

    private readonly DirectoryInfo scratch = Directory.CreateTempSubdirectory("kls-");
    private readonly StringBuilder output = new();

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    public void Dispose() => scratch.Delete(recursive: true);

    [Fact]
    public async Task A_service_on_its_own_listens_for_its_api_and_nothing_else()
    {
        await using var service = await StartAsync();
        var cloud = await Cloud.SignInAsync(service.Address, Path.Combine(scratch.FullName, "clouds.yaml"), "demo");

        Assert.Equal([service.Address.Port.ToString(CultureInfo.InvariantCulture)], SocketsOf(service));
        Assert.Equal(200, (await cloud.SendAsync(HttpMethod.Get, "/v2.1/servers")).Status);
        Assert.Equal(0, await service.TerminateAsync());
    }

    [Fact]
    public async Task A_service_on_PostgreSQL_accepts_nothing_at_its_engines_port_without_a_certificate()
    {
        var database = await PostgresServer.CreateDatabaseAsync();
        await using var service = await StartAsync(new KeyValuePair<string, string>("Storage__Database", database));
        var engine = await PortAsync(database);

        Assert.Equal(
            new[] { service.Address.Port, engine }.Order().Select(port => port.ToString(CultureInfo.InvariantCulture)),
            SocketsOf(service).Order());
        using var client = new TcpClient();
        await client.ConnectAsync(IPAddress.Loopback, engine, Token);
        // A message as the engine begins one: the lengths of its parts, then the parts.
        await client.GetStream().WriteAsync(new byte[] { 8, 0, 0, 0, 0, 0, 0, 0, 1, 2, 3, 4, 5, 6, 7, 8 }, Token);
        Assert.True(await EndsAsync(client.GetStream()));
        Assert.False(service.HasEnded);
    }

    private Task<ServiceProcess> StartAsync(params KeyValuePair<string, string>[] settings)
        => ServiceProcess.StartAsync(
            scratch.FullName, [new("Hypervisors__Uri", "test:///default"), .. settings], output);

    private static IEnumerable<string> SocketsOf(ServiceProcess service)
        => ListeningSockets.Of(service.Id).Where(name => !name.Contains(Diagnostics, StringComparison.Ordinal));

    private static async Task<int> PortAsync(string database)
    {
        await using var connection = new NpgsqlConnection(database);
        await connection.OpenAsync(Token);
        await using var command = new NpgsqlCommand("SELECT port FROM members", connection);
        return Convert.ToInt32(await command.ExecuteScalarAsync(Token), CultureInfo.InvariantCulture);
    }

    /// <summary>Whether the other end closes the connection, with or without an answer.</summary>
    private static async Task<bool> EndsAsync(NetworkStream stream)
    {
        try
        {
            using var rest = new MemoryStream();
            await stream.CopyToAsync(rest, Token);
            return rest.Length < 16;
        }
        catch (IOException)
        {
            return true;
        }
    }
}
