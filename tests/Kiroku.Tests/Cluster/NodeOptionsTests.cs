using Kiroku.Cluster;
using Microsoft.Extensions.Options;

namespace Kiroku.Tests.Cluster;

public sealed class NodeOptionsTests
{
    [Theory]
    [InlineData("127.0.0.1:0")]
    [InlineData("127.0.0.2:8775")]
    [InlineData("[::1]:8775")]
    public void Loopback_needs_no_certificates(string address)
        => Assert.Equal(address, Read(("Address", address)).Address);

    [Theory]
    [InlineData("127.0.0.1", "a port")]
    [InlineData("localhost:8775", "an IP address")]
    [InlineData("127.0.0.1:99999", "a port")]
    [InlineData("0.0.0.0:8775", "stands for all")]
    [InlineData("[::]:8775", "stands for all")]
    [InlineData("192.0.2.1:8775", "without certificates")]
    public void An_invalid_address_is_refused(string address, string why)
        => Assert.Contains(why, Refused(("Address", address)), StringComparison.Ordinal);

    [Fact]
    public void Certificate_key_and_authority_go_together()
    {
        Assert.Contains("go together", Refused(("Certificate", "a.pem"), ("Key", "a.key")), StringComparison.Ordinal);
        Assert.Equal("192.0.2.1:8775",
            Read(("Address", "192.0.2.1:8775"), ("Certificate", "a.pem"), ("Key", "a.key"), ("Authority", "b.pem"))
                .Address);
    }

    [Theory]
    [InlineData("127.0.0.1:8775", NodeRoles.All)]
    [InlineData(null, NodeRoles.Api)]
    internal void Several_nodes_need_PostgreSQL(string? address, NodeRoles roles)
    {
        var settings = new ServiceSettings { DataDirectory = "/nowhere", Cluster = address, Roles = roles };
        var refused = Assert.Throws<OptionsValidationException>(() => KirokuApp.Build(settings));
        Assert.Contains("need a PostgreSQL", refused.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_missing_file_is_named()
    {
        var options = Read(
            ("Certificate", "/nowhere/a.pem"), ("Key", "/nowhere/a.key"), ("Authority", "/nowhere/b.pem"));
        Assert.Contains("/nowhere/a.pem",
            Assert.Throws<OptionsValidationException>(() => NodeCertificates.Of(options)).Message,
            StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("api", NodeRoles.Api)]
    [InlineData("conductor, compute", NodeRoles.Conductor | NodeRoles.Compute)]
    [InlineData("compute,api,conductor", NodeRoles.All)]
    [InlineData("", null)]
    [InlineData("api,", null)]
    [InlineData("All", null)]
    internal void Roles_are_read_as_they_are_written(string text, NodeRoles? roles)
    {
        Assert.Equal(roles, NodeRolesText.Parse(text));
        if (roles is { } some)
            Assert.Equal(some, NodeRolesText.Parse(some.ToText()));
    }

    private static NodeOptions Read(params (string Key, string Value)[] settings) => NodeOptions.Read(
        new ConfigurationBuilder().AddInMemoryCollection(
            settings.Select(pair => KeyValuePair.Create($"Cluster:{pair.Key}", (string?)pair.Value))).Build(),
        new ServiceSettings { DataDirectory = "/nowhere" });

    private static string Refused(params (string Key, string Value)[] settings)
        => Assert.Throws<OptionsValidationException>(() => Read(settings)).Message;
}
