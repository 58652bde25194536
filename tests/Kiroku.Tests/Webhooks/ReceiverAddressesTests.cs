using System.Net;
using System.Net.Sockets;
using Kiroku.Webhooks;
using Kiroku.Webhooks.Receivers;
using Microsoft.Extensions.Options;

namespace Kiroku.Tests.Webhooks;

/// <summary>Which addresses receivers may have, in every form in which one can be written.</summary>
public sealed class ReceiverAddressesTests
{
    private static readonly ReceiverAddresses Standard = Of();

    public static TheoryData<string> Refused =>
    [
        "http://127.0.0.1/", "http://127.1.2.3:8774/", "http://[::1]/", "http://0.0.0.0/", "http://0.1.2.3/",
        "http://[::]/", "http://169.254.169.254/latest/meta-data", "http://[fe80::1]/", "http://[fe80::1%25lo]/",
        "http://[fec0::1]/", "http://224.0.0.1/", "http://[ff02::1]/", "http://255.255.255.255/", "http://240.0.0.1/",
        // The same address in other words.
        "http://2130706433/", "http://0x7f000001/", "http://0x7f.0.0.1/", "http://0177.0.0.1/", "http://017700000001/",
        "http://127.1/", "http://127.0.1/", "http://0/", "http://0x0/", "http://2852039166/", "http://0xA9FEA9FE/",
        // Of IPv4 within IPv6.
        "http://[::ffff:127.0.0.1]/", "http://[::ffff:7f00:1]/", "http://[::127.0.0.1]/",
        "http://[::ffff:0:127.0.0.1]/",
        "http://[64:ff9b::169.254.169.254]/", "http://[64:ff9b::7f00:1]/", "http://[2002:7f00:1::]/",
        "http://[2002:a9fe:a9fe::1]/", "http://[fd00:ec2::254]/", "http://[2001:0:7f00:1::80ff:fffe]/",
        // With an interface.
        "http://[::1%251]/", "http://[::ffff:127.0.0.1%252]/", "http://[fd00:ec2::254%253]/",
        // Of providers.
        "http://100.100.100.200/", "http://168.63.129.16/", "http://192.0.0.192/",
        // Names that stand for these.
        "http://localhost/", "https://localhost:8774/", "http://LOCALHOST/",
    ];

    [Theory]
    [MemberData(nameof(Refused))]
    public async Task What_only_this_node_reaches_is_refused_however_it_is_written(string text)
    {
        Assert.True(ReceiverUrl.TryParse(text, out var url));
        using var names = new ReceiverNames(Standard, ReceiverNames.ResolveAsync, 1);
        var refused = await Assert.ThrowsAsync<ReceiverException>(
            () => names.FindAsync(url.IdnHost, TestContext.Current.CancellationToken));
        Assert.True(refused.IsRefusal, refused.Message);
        Assert.DoesNotContain(url.IdnHost, refused.Message, StringComparison.OrdinalIgnoreCase);
    }

    /// <summary>Systems differ in whether they resolve these.</summary>
    [Theory]
    [InlineData("http://127.0.0.1./")]
    [InlineData("http://localhost./")]
    [InlineData("http://①②⑦.0.0.1/")]
    [InlineData("http://127。0。0。1/")]
    public async Task What_some_systems_take_for_such_an_address_is_not_called_either(string text)
    {
        Assert.True(ReceiverUrl.TryParse(text, out var url));
        using var names = new ReceiverNames(Standard, ReceiverNames.ResolveAsync, 1);
        await Assert.ThrowsAsync<ReceiverException>(
            () => names.FindAsync(url.IdnHost, TestContext.Current.CancellationToken));
    }

    [Theory]
    [InlineData("192.0.2.1")]
    [InlineData("10.0.0.1")]
    [InlineData("192.168.1.1")]
    [InlineData("2001:db8::1")]
    [InlineData("::ffff:192.0.2.1")]
    [InlineData("fd00::1")]
    public void Other_addresses_are_not(string address) => Assert.True(Standard.Allows(IPAddress.Parse(address)));

    [Fact]
    public void The_nodes_own_addresses_are_refused_like_loopback()
    {
        var own = System.Net.NetworkInformation.NetworkInterface.GetAllNetworkInterfaces()
            .SelectMany(network => network.GetIPProperties().UnicastAddresses).Select(unicast => unicast.Address)
            .ToList();
        Assert.NotEmpty(own);
        Assert.All(own, address => Assert.False(Standard.Allows(address), $"{address}"));
        Assert.All(own.Where(address => address.AddressFamily == AddressFamily.InterNetworkV6),
            address => Assert.False(Standard.Allows(new IPAddress(address.GetAddressBytes(), 99)), $"{address}%99"));
    }

    [Fact]
    public void Settings_open_networks_and_close_others()
    {
        var addresses = Of(allowed: "127.0.0.0/8, 10.1.2.3", refused: "10.0.0.0/8 2001:db8::/32");
        Assert.True(addresses.Allows(IPAddress.Parse("127.0.0.1")));
        Assert.True(addresses.Allows(IPAddress.Parse("::ffff:127.0.0.1")));
        Assert.True(addresses.Allows(IPAddress.Parse("10.1.2.3")));
        Assert.False(addresses.Allows(IPAddress.Parse("::1")));
        Assert.False(addresses.Allows(IPAddress.Parse("10.1.2.4")));
        Assert.False(addresses.Allows(IPAddress.Parse("64:ff9b::10.1.2.4")));
        Assert.False(addresses.Allows(IPAddress.Parse("2001:db8::1")));
        Assert.True(addresses.Allows(IPAddress.Parse("192.0.2.1")));
    }

    [Fact]
    public async Task A_name_with_one_address_that_is_refused_is_refused()
    {
        using var names = new ReceiverNames(
            Standard, _ => Task.FromResult<IPAddress[]>([IPAddress.Parse("192.0.2.1"), IPAddress.Loopback]), 1);
        var refused = await Assert.ThrowsAsync<ReceiverException>(
            () => names.FindAsync("rebind.example", TestContext.Current.CancellationToken));
        Assert.True(refused.IsRefusal);
    }

    [Theory]
    [InlineData("")]
    [InlineData("hooks.example")]
    [InlineData("//hooks.example")]
    [InlineData("ftp://hooks.example/")]
    [InlineData("file:///etc/passwd")]
    [InlineData("gopher://127.0.0.1:25/")]
    [InlineData("javascript:alert(1)")]
    [InlineData("http://")]
    [InlineData("http://user@hooks.example/")]
    [InlineData("http://user:secret@hooks.example/")]
    [InlineData("http://hooks.example/#part")]
    [InlineData("http://hooks.example:0/")]
    [InlineData("http://hooks.example:70000/")]
    [InlineData("http://hooks.example\\@127.0.0.1/")]
    [InlineData("http://hooks.example/a b")]
    [InlineData(" http://hooks.example/")]
    [InlineData("http://hooks.example/\n")]
    [InlineData("http://hooks.example/\r\nHost: x")]
    [InlineData("http://hooks\u200B.example/")]
    [InlineData("http://[::1")]
    public void What_is_no_address_of_a_receiver_is_refused(string text)
        => Assert.False(ReceiverUrl.TryParse(text, out _));

    [Fact]
    public void An_address_may_have_2048_characters()
    {
        var longest = "https://hooks.example/".PadRight(ReceiverUrl.MostCharacters, 'a');
        Assert.True(ReceiverUrl.TryParse(longest, out _));
        Assert.False(ReceiverUrl.TryParse($"{longest}a", out _));
    }

    [Theory]
    [InlineData("AllowedNetworks", "127.0.0.0/40")]
    [InlineData("RefusedNetworks", "nonsense")]
    [InlineData("Timeout", "00:02:00")]
    [InlineData("Timeout", "00:00:00")]
    [InlineData("Concurrency", "0")]
    [InlineData("MaxPending", "0")]
    [InlineData("MaxKept", "-1")]
    [InlineData("MaxPerProject", "-2")]
    [InlineData("KeptFor", "00:00:01")]
    public async Task Settings_that_cannot_work_are_refused_at_the_start(string key, string value)
    {
        var failure = await Assert.ThrowsAsync<OptionsValidationException>(() => TestApp.StartAsync(
            builder => builder.Configuration.AddInMemoryCollection([new($"Webhooks:{key}", value)])));
        Assert.Contains("Webhooks:", failure.Message, StringComparison.Ordinal);
        Assert.Contains(key, failure.Message, StringComparison.Ordinal);
    }

    private static ReceiverAddresses Of(string? allowed = null, string? refused = null)
        => new(Options.Create(new WebhooksOptions { AllowedNetworks = allowed, RefusedNetworks = refused }));
}
