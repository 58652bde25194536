using Kiroku.Cluster;
using Kiroku.Hypervisors;
using Kiroku.Storage;
using Kiroku.Tests.House;

namespace Kiroku.Tests.Cluster;

public sealed class NodeSilenceTests
{
    public static TheoryData<Exception> Silences =>
    [
        new NodeMissingException("b"),
        new SiloUnavailableException("The target silo became unavailable."),
        new OrleansException("The node ended the call without a result."),
        new TimeoutException("No answer within 10 s."),
        new EnumerationAbortedException("The node has no such enumeration."),
        new OperationCanceledException("Message expired before placement could complete."),
        new TaskCanceledException("A task was canceled."),
    ];

    public static TheoryData<Exception> Answers =>
    [
        new HypervisorException(HypervisorFailure.Away, "start", "another node does not answer"),
        new StorageException("The database does not answer."),
        new InvalidOperationException("A fault of the node's."),
    ];

    [Theory]
    [MemberData(nameof(Silences), DisableDiscoveryEnumeration = true)]
    public void A_call_that_reached_no_node_is_silence(Exception thrown)
        => Assert.True(thrown.IsSilence(CancellationToken.None));

    [Theory]
    [MemberData(nameof(Answers), DisableDiscoveryEnumeration = true)]
    public void A_failure_that_a_node_answers_with_is_not_silence(Exception thrown)
        => Assert.False(thrown.IsSilence(CancellationToken.None));

    [Fact]
    public void A_call_that_its_caller_cancelled_is_not_silence()
        => Assert.False(new OperationCanceledException().IsSilence(new CancellationToken(canceled: true)));

    [Fact]
    public void Only_one_place_says_which_of_the_engine_s_exceptions_mean_silence()
        => Assert.Equal(["Cluster/NodeSilence.cs"],
            Product.Current.Files.Select(file => file.Path).Where(path =>
                File.ReadAllText(Path.Combine(Product.Folder, path)) is var text
                && (text.Contains("is OrleansException", StringComparison.Ordinal)
                    || text.Contains("or OrleansException", StringComparison.Ordinal)
                    || text.Contains("catch (OrleansException", StringComparison.Ordinal))));
}
