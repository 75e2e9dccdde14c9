process.stdout.write('radversary\n')
